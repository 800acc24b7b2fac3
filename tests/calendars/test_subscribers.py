"""Programs outside of Python's libraries read our feeds: libical in C, and vdirsyncer with khal over the network."""

import os
import shutil
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import vobject
from werkzeug.serving import make_server

from alliance.booking.actions import cancel_booking
from tests.calendars.parsers import Seen, by_icalendar
from tests.calendars.test_parsers import expected, filled
from tests.conftest import fresh_database
from tests.world import span

READER = Path(__file__).with_name("read.c")
KHAL = """
[calendars]
[[feed]]
path = {folder}/calendar/
[sqlite]
path = {folder}/khal.db
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""
VDIRSYNCER = """
[general]
status_path = "{folder}/status/"
[pair feed]
a = "theirs"
b = "ours"
collections = null
[storage theirs]
type = "http"
url = "{url}"
[storage ours]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"
"""


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is read."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture(scope="session")
def libical(tmp_path_factory):
    """The reader in C, compiled; `make test` installs what that takes, or says aloud that it could not."""
    if not shutil.which("cc") or not shutil.which("pkg-config"):
        pytest.skip("NOT READ BY LIBICAL: there is no cc or no pkg-config.")
    options = ["pkg-config", "--cflags", "--libs", "libical"]
    flags = subprocess.run(options, capture_output=True, text=True, check=False)
    if flags.returncode:
        pytest.skip("NOT READ BY LIBICAL: install libical-dev.")
    program = tmp_path_factory.mktemp("libical") / "read"
    subprocess.run(["cc", str(READER), "-o", str(program), *flags.stdout.split()], check=True)
    return program


@pytest.fixture
def address(app):
    """Where a server of the application answers on this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    serving.join()
    server.server_close()


def read_by_libical(program, contents, folder):
    files = []
    for n, content in enumerate(contents):
        files.append(folder / f"{n}.ics")
        files[-1].write_bytes(content)
    printed = subprocess.run([program, *files], capture_output=True, check=False)
    assert printed.returncode == 0, printed.stderr
    calendars = printed.stdout.decode().split("--\n")[:-1]
    return [sorted(map(_seen, filter(None, calendar.split("\n")))) for calendar in calendars]


def _seen(line):
    uid, start, end, status, summary = line.split("\t")
    return Seen(uid, start, end, summary, status)


def test_libical_reads_what_the_database_holds(feeds, world, libical, tmp_path):
    filled(feeds, world)
    contents = [
        feeds.get(feeds.make(*of, language="en", **look)).get_data()
        for of, look in (
            ((world.lin,), {"label": "Lab", "colour": "teal"}),
            ((world.fang, "unit", "INST"), {"detail": "busy"}),
            ((world.fang, "approvals"), {}),
        )
    ]

    seen = read_by_libical(libical, contents, tmp_path)

    assert seen[0] == expected(world)
    assert seen == [sorted(by_icalendar(content)) for content in contents]
    assert all(seen)


def test_libical_and_vobject_find_nothing_wrong_with_free_and_busy_times(feeds, world, libical, tmp_path):
    feeds.book(world.resource(visibility="public", policy={"hours": "DAILY 09:00-17:00"}))
    content = feeds.get("/resources/CONFOCAL/freebusy.ics?from=2026-11-24&to=2026-11-26").get_data()

    assert read_by_libical(libical, [content], tmp_path) == [[]]
    (found,) = vobject.readOne(content.decode()).vfreebusy_list
    kinds = [line.fbtype_param for line in found.freebusy_list]
    assert kinds == ["BUSY-UNAVAILABLE", "BUSY", "BUSY-UNAVAILABLE", "BUSY-UNAVAILABLE"]


class Subscriber:
    """vdirsyncer, which fetches the feed into a folder, and khal, which lists what lies there."""

    def __init__(self, folder, url):
        self.folder = folder
        (folder / "calendar").mkdir()
        (folder / "vdirsyncer.conf").write_text(VDIRSYNCER.format(folder=folder, url=url))
        (folder / "khal.conf").write_text(KHAL.format(folder=folder))
        self.run("vdirsyncer", "-c", folder / "vdirsyncer.conf", "discover")

    def synchronize(self):
        """Fetch, and return (start, end, summary, status) of everything khal knows then."""
        self.run("vdirsyncer", "-c", self.folder / "vdirsyncer.conf", "sync", "--force-delete")
        fields = "{start-long-full}\t{end-long-full}\t{title}\t{status}"
        listed = self.run(
            "khal", "-c", self.folder / "khal.conf", "list", "--once", "--format", fields,
            "--day-format", "", "2026-11-01", "180d",
        )  # fmt: skip
        return sorted(tuple(line.split("\t")) for line in listed.splitlines() if line)

    def run(self, program, *arguments):
        """What the program prints; it must end well."""
        environment = os.environ | {
            "TZ": "UTC",
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
        }
        command = [Path(sys.executable).with_name(program), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def test_a_subscription_over_the_network_shows_every_booking_and_then_every_change(
    feeds, world, address, tmp_path
):
    filled(feeds, world)
    subscriber = Subscriber(tmp_path, address + feeds.make(world.lin, language="en"))
    first = subscriber.synchronize()
    wanted = as_khal_lists(expected(world))
    ref = feeds.book(world.resource("LATE"), span("2026-11-25", "09:00", "10:00"), title="late")
    added = subscriber.synchronize()

    cancel_booking(ref, by=world.actor(world.lin))
    changed = subscriber.synchronize()

    assert first == wanted
    late = ("2026-11-25 01:00", "2026-11-25 02:00", "LATE instrument · late", "CONFIRMED ")
    assert sorted({*added} - {*first}) == [late]
    gone = (*late[:2], "[Cancelled] LATE instrument · late", "CANCELLED ")
    assert sorted({*changed} - {*first}) == [gone]
    assert changed == as_khal_lists(expected(world))


def as_khal_lists(events):
    """The same as khal writes it: without the UID, a blank after the status, of days the last one as the end."""
    return sorted((*limits(event), event.summary, f"{event.status} ") for event in events)


def limits(event):
    start, end = datetime.fromisoformat(event.start), datetime.fromisoformat(event.end)
    if len(event.start) == len("2026-12-01"):
        end -= timedelta(days=1)
    return f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}"
