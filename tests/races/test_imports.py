"""Two imports that say different things of the same resources, done by two workers and their senders at once."""

from collections import Counter
from itertools import count

import pytest
import sqlalchemy as sa

from alliance.exchange import looking
from alliance.exchange.actions import confirm_import, receive_import
from alliance.exchange.looking import check_import
from alliance.exchange.models import ImportJob, ImportPart
from alliance.exchange.work import go_on, work_on_imports
from alliance.history.models import Event
from alliance.resources.models import Item, PolicyRow, Resource
from tests.races.clients import Call, in_threads, read

ROWS = 24
_NUMBERS = count(1)
_HEAD = "code,owner,name_zh,category,booking_mode,location,cancel_deadline_h"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    """Parts are cut when the file is looked at, which happens in this process."""
    monkeypatch.setattr(looking, "PART_SIZE", 5)


def do_all(ref: str) -> None:
    """What a sender's browser would have done if the import were small."""
    while go_on(ref):
        pass


def confirmed(codes: list[str], name: str, hours: int, by) -> str:
    rows = [f"{code},INST,{name},instrument,slot_self,{name}的楼,{hours}" for code in codes]
    ref = receive_import("t.csv", "\n".join((_HEAD, *rows)).encode(), by=by)
    check_import(ref)
    confirm_import(ref, by=by)
    return ref


@pytest.mark.parametrize("mode", ["threads", "processes"])
def test_each_row_ends_as_one_of_the_two_said(mode, arena, racing_app, started):
    codes = [f"INST-I{next(_NUMBERS)}" for _ in range(ROWS)]
    there = codes[: ROWS // 2]
    for code in there:
        arena.world.resource(code, name_zh="旧", place_zh="旧的楼", policy={"cancel_hours": 1})
    arena.world.session.rollback()
    one = confirmed(codes, "甲", 24, arena.admins[0])
    # The other way round, so that they meet in the middle.
    other = confirmed(codes[::-1], "乙", 48, arena.admins[1])
    calls = [Call(work_on_imports), Call(work_on_imports), Call(do_all, (one,)), Call(do_all, (other,))]
    url = racing_app.config["SQLALCHEMY_DATABASE_URI"]

    race = in_threads(racing_app, calls) if mode == "threads" else started.race(url, calls)

    assert race.words == Counter(won=4)
    with read() as session:
        found = session.execute(
            sa.select(Resource, PolicyRow.cancel_hours)
            .join(PolicyRow, PolicyRow.resource_id == Resource.id)
            .where(Resource.code.in_(codes))
        ).all()
        assert sorted(resource.code for resource, _ in found) == sorted(codes)
        for resource, hours in found:
            said = {"甲": ("甲的楼", 24), "乙": ("乙的楼", 48)}
            assert said[resource.name_zh] == (resource.place_zh, hours)
            assert f"\n{resource.name_zh}\n" in resource.search_text
        ids = {resource.id: resource for resource, _ in found}
        items = Counter(session.scalars(sa.select(Item.resource_id).where(Item.resource_id.in_(ids))))
        assert items == dict.fromkeys(ids, 1)

        jobs = session.scalars(sa.select(ImportJob).where(ImportJob.ref.in_([one, other]))).all()
        told = Counter(
            session.scalars(
                sa.select(Event.verb).where(Event.subject_type == "resource", Event.subject_id.in_(ids))
            )
        )
        new = ROWS - len(there)
        assert [(job.state, job.total, job.done, job.bad) for job in jobs] == [("done", ROWS, ROWS, 0)] * 2
        assert all(job.added + job.changed + job.same == ROWS for job in jobs)
        assert sum(job.added for job in jobs) == told["resource.created"] == new
        assert sum(job.changed for job in jobs) == told["resource.changed"] == 2 * len(there) + new
        assert sum(resource.version for resource, _ in found) == ROWS + told["resource.changed"]
        assert session.scalar(sa.select(sa.func.count()).select_from(ImportPart)) == 0
