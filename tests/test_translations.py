"""Both languages are complete: every text of code and templates has its Chinese, with the same gaps."""

import io
import re
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from alliance.config import ROOT

CATALOGUE = ROOT / "alliance/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
GAP = re.compile(r"%\((\w+)\)[sd]")
WORDS = ["--keyword=_l", "--keyword=_n:1,2", "--ignore-dirs=.*"]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every text the code and the templates say."""
    template = tmp_path_factory.mktemp("words") / "messages.pot"
    subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "--mapping-file", "pyproject.toml", *WORDS,
         "--output-file", template, "."],
        cwd=ROOT,
        check=True,
    )  # fmt: skip
    return read_po(io.BytesIO(template.read_bytes()))


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    """The Chinese catalogue."""
    return read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="zh_Hans_CN")


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_every_text_has_its_chinese(said, chinese):
    translated = {key(message) for message in chinese if message.id and all(translations(message))}

    assert sorted({key(message) for message in said if message.id} - translated) == []


def test_the_catalogue_holds_nothing_nobody_says(said, chinese):
    spoken = {key(message) for message in said if message.id}

    assert sorted({key(message) for message in chinese if message.id} - spoken) == []


def test_translations_fill_the_same_gaps(chinese):
    different = [
        key(message)
        for message in chinese
        if message.id
        for text in translations(message)
        # A Chinese plural needs not repeat a number that only English inflects by; it may never invent a gap.
        if not set(GAP.findall(text))
        <= set(GAP.findall(" ".join(message.id if isinstance(message.id, tuple) else (message.id,))))
    ]

    assert different == []


def test_no_translation_is_uncertain(chinese):
    assert [key(message) for message in chinese if message.id and message.fuzzy] == []
