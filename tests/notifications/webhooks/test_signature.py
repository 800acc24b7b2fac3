"""Signatures, and the guide that says how to check them."""

import re
from datetime import UTC, datetime

import pytest

from alliance.config import ROOT
from alliance.notifications.webhooks.signature import HEADER, signature

AT = datetime(2026, 11, 23, 2, 24, tzinfo=UTC)


def test_a_signature_is_the_hmac_of_time_and_body():
    """The value was reckoned with openssl: `printf '1795400640.{}' | openssl dgst -sha256 -hmac key`."""
    assert (HEADER, signature(["key"], AT, b"{}")) == (
        "Alliance-Signature",
        "t=1795400640,v1=9bc3714103a5697f058061d355d00e186ee8bfbff43191fc2eeb3c77b28a0adb",
    )


def test_during_a_rotation_there_is_one_for_each_secret():
    both, new, old = (signature(secrets, AT, b"{}") for secrets in (["new", "old"], ["new"], ["old"]))

    assert both == f"{new},{old.partition(',')[2]}"
    assert both.count("v1=") == 2


@pytest.fixture
def is_ours():
    """The function the guide gives receivers."""
    (example,) = re.findall(r"```python\n(.+?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)
    names = {}
    exec(example, names)
    return names["is_ours"]


def test_the_check_in_the_guide_takes_what_we_sign_and_nothing_else(is_ours):
    body, now = '{"verb": "预约"}'.encode(), int(AT.timestamp())
    header = signature(["new", "old"], AT, body)

    assert [is_ours(secret, header, body, now) for secret in ("new", "old")] == [True, True]
    assert is_ours("new", header, body, now + 300)
    refused = {
        "another secret": is_ours("other", header, body, now),
        "another body": is_ours("new", header, body + b" ", now),
        "another time": is_ours("new", header.replace("t=1", "t=2"), body, now),
        "too old": is_ours("new", header, body, now + 301),
        "from the future": is_ours("new", header, body, now - 301),
        "no signature": is_ours("new", "", body, now),
        "rubbish": is_ours("new", "t=x,v1,=", body, now),
    }
    assert set(refused.values()) == {False}, refused
