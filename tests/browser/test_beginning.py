"""From an empty database to an approved booking, done by four people in the browser and by nobody in a shell.

The two things they get from elsewhere are what the server prints when it starts, and the letters it sends.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from stage import command, serving

from tests.browser.person import DESKTOP, PHONE, Desk, Reader
from tests.notifications.post_office import PostOffice, post_office

PASSWORD = "four words in a row"


@dataclass
class Beginning:
    """An alliance without anybody: where it is, what its server printed, and who brings its letters."""

    address: str
    folder: Path
    post: PostOffice

    def start_code(self) -> str:
        """What the server prints while nobody is there."""
        found = re.search(
            r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", command(self.folder, self.address, "start-code")
        )
        assert found
        return found[0]

    def link_for(self, email: str) -> str:
        """The path of the link in the newest letter to that address, once the worker has looked."""
        command(self.folder, self.address, "worker", "--once", smtp_url=self.post.url)
        letter = next(each for each in reversed(self.post.letters) if email in each["To"])
        found = re.search(r"/links/[\w-]+", letter.get_body(("plain",)).get_content())
        assert found
        return found[0]


@pytest.fixture
def beginning(migrated_file: Path, tmp_path: Path) -> Iterator[Beginning]:
    empty = tmp_path / "empty.db"
    shutil.copy(migrated_file, empty)
    folder = tmp_path / "served"
    folder.mkdir()
    with post_office() as post, serving(empty, folder) as address:
        yield Beginning(address, folder, post)


@pytest.mark.parametrize(
    ("language", "size"), [("zh", DESKTOP), ("en", PHONE)], ids=["zh desktop", "en phone"]
)
def test_an_alliance_begins_and_its_first_booking_is_approved(
    chromium: Browser, beginning: Beginning, language: str, size: dict[str, int]
):
    desk = Desk(chromium, beginning.address)
    secretary, owner, researcher, her_admin = (desk.seat(language, size) for _ in range(4))

    begins(secretary, beginning.start_code())
    joins(owner, secretary, beginning, "LAB", "显微中心", "Microscopy Centre")
    joins(her_admin, secretary, beginning, "UNI", "滨海大学", "Seaside University")
    lists_a_microscope(owner)
    invites(her_admin, "UNI", "wen@example.org")
    accepts(researcher, beginning.link_for("wen@example.org"), "文一帆")
    ref = books_the_microscope(researcher)
    approves(owner, ref)
    researcher.goes(f"/bookings/{ref}")

    assert researcher.sees(".status") == researcher.words("Confirmed")
    desk.leave()


def fills(reader: Reader, **values: str) -> None:
    """Each control of the page's main form by its name."""
    for name, value in values.items():
        control = reader.page.locator(f"main [name='{name}']")
        kind = control.first.evaluate("(e) => e.type")
        if kind == "radio":
            reader.page.locator(f"main [name='{name}'][value='{value}']").check()
        elif kind.startswith("select"):
            control.first.select_option(value)
        else:
            control.first.fill(value)


def begins(reader: Reader, code: str) -> None:
    """The first page there is asks for the code; whoever has it is the secretariat."""
    reader.goes(f"/?lang={reader.language}")
    reader.page.wait_for_url("**/start*")
    fills(
        reader,
        code=code,
        name_zh="滨海科学城联盟",
        name_en="Seaside Science Alliance",
        language=reader.language,
        person_name="秘书处值班",
        email="office@example.org",
        new=PASSWORD,
        repeat=PASSWORD,
        demo="none",
    )
    reader.presses("Begin")
    assert reader.page.url.endswith("/manage")


def joins(
    reader: Reader, secretary: Reader, beginning: Beginning, code: str, name_zh: str, name_en: str
) -> None:
    """A unit applies, the secretariat admits it, and who applied becomes its admin by the link in a letter."""
    email = f"{code.lower()}@example.org"
    reader.goes(f"/applications/new?lang={reader.language}")
    fills(
        reader,
        name_zh=name_zh,
        name_en=name_en,
        kind="university",
        code=code,
        contact_email=email,
        applicant_name=name_zh,
        applicant_email=email,
        why="We share and we look for what others share.",
    )
    reader.presses("Send the application")
    secretary.goes("/applications")
    secretary.page.get_by_role("link", name=secretary.either(name_zh, name_en)).click()
    secretary.presses("Admit the unit")
    accepts(reader, beginning.link_for(email), f"{name_zh}管理员")


def accepts(reader: Reader, path: str, name: str) -> None:
    """Behind the link: a name and a password make the account and join the unit."""
    reader.goes(f"{path}?lang={reader.language}")
    fills(reader, name=name, language=reader.language, new=PASSWORD, repeat=PASSWORD)
    reader.presses("Join the unit")
    assert reader.page.locator(".flash").count() == 1


def lists_a_microscope(reader: Reader) -> None:
    """A draft in a few words, what others must know of it, and on the list it is."""
    reader.goes("/resources/new")
    fills(
        reader,
        name_zh="共聚焦显微镜",
        name_en="Confocal microscope",
        kind="instrument",
        preset="slot_assisted",
    )
    reader.presses("Begin the draft")
    code = reader.page.url.split("/")[-2]
    assert code == "LAB-001"
    reader.goes(f"/resources/{code}/edit/what")
    fills(reader, description_zh="活细胞成像，专人协助。", place_zh="1号楼101")
    reader.presses("Save")
    reader.goes(f"/resources/{code}/edit")
    reader.presses("Publish")
    assert reader.words("Published") in reader.sees(".split-head")


def invites(reader: Reader, unit: str, email: str) -> None:
    reader.goes(f"/units/{unit}/people")
    fills(reader, email=email)
    reader.presses("Send the invitation")


def books_the_microscope(reader: Reader) -> str:
    """Found by a word, in three presses; returns the ref."""
    reader.goes("/resources?q=confocal")
    reader.page.get_by_role(
        "link", name=reader.either("共聚焦显微镜", "Confocal microscope"), exact=True
    ).first.click()
    reader.page.wait_for_url("**/resources/LAB-001*")
    reader.follows("Continue with this time")
    reader.field("Purpose").fill("the very first booking")
    reader.presses("Send request")
    assert reader.sees(".status") == reader.words("Waiting for approval")
    return reader.page.url.rsplit("/", 1)[1]


def approves(reader: Reader, ref: str) -> None:
    reader.goes(f"/approvals/{ref}")
    assert "the very first booking" in reader.sees(".pane")
    reader.presses("Approve")
    assert reader.page.locator(".flash").count() == 1
