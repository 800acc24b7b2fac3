"""What is near, found with fewer steps, is what reading one resource after the other finds, on both databases."""

import re
from collections import Counter

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliance.members.models import Unit
from alliance.resources.models import Resource, Tag
from alliance.resources.near_words import NearThings, NearUnit, near_things
from alliance.resources.permissions import visible_to
from alliance.resources.search import compose_search_text, words_of
from alliance.resources.synonyms import add_synonyms

_NAMES = [
    ("激光共聚焦显微镜", "Laser confocal microscope"),
    ("透射电镜 200kV", "Transmission microscope 200kV TEM"),
    ("高分辨质谱仪", "Mass spectrometer"),
    ("显微镜", ""),
    ("报告厅", "Lecture hall"),
    ("超分辨显微镜 3", "Confocal STED 3"),
    ("X射线衍射仪", "X-ray diffractometer"),
    ("离心机", "Centrifuge"),
    ("电", "Mess table"),
]
_PIECES = [
    *("激光", "共聚焦", "显微镜", "超分辨", "质谱", "电", "射线", "报告", "x射线衍射", "离心机", "无"),
    *(
        "laser",
        "lasr",
        "confocl",
        "mas",
        "mass",
        "messe",
        "hall",
        "hell",
        "tem",
        "3",
        "kv",
        "xyzzy",
        "centrifug",
    ),
    *("spectometer", "ionisation", "a-b", "\x1d", "\x1e"),
]


@pytest.fixture
def catalogue(world):
    """Resources of three units that not everybody sees, some without any text or English name."""
    owners = [world.institute, world.university, world.unit("ZERO")]
    owners[2].name_en = None
    shown = ["alliance", "public", "alliance", "own_unit", "alliance", "hidden"]
    for n, (zh, en) in enumerate(_NAMES * 2):
        resource = world.resource(
            f"R{n}",
            name_zh=zh,
            name_en=en,
            kind=("instrument", "venue", "service")[n % 3 if n % 4 else 0],
            owner=owners[n * 7 % 3],
            visibility=shown[n % len(shown)],
            status="retired" if n == 11 else "published",
        )
        if n != 13:
            resource.search_text = compose_search_text(resource, [Tag(name_zh="共享技术", name_en="Sharing")])
    world.session.commit()
    add_synonyms(["质谱", "ionization"], by=world.actor(world.person("office", role="secretariat")))


def test_what_is_near_is_what_a_plain_look_at_each_resource_finds(world, catalogue):
    readers = [None, world.actor(world.lin), world.actor(world.fang)]

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.sampled_from(readers), st.lists(st.sampled_from(_PIECES), max_size=3), st.sampled_from(["", " "])
    )
    def agree(reader, pieces, between):
        question = between.join(pieces)
        assert near_things(world.session, reader, question) == plainly(world.session, reader, question)

    agree()


def plainly(session, reader, question) -> NearThings:
    """The same, one resource after the other."""
    found = session.execute(
        sa.select(Resource, Unit)
        .join(Unit, Unit.id == Resource.owner_id)
        .where(visible_to(reader), Resource.status != "retired")
        .options(sa.orm.undefer(Resource.search_words))
    ).all()
    seen = {
        each.id: (each, unit, *map(until_techniques_end, (each.search_text, each.search_words)))
        for each, unit in found
    }
    synonyms = list(session.scalars(sa.text("SELECT folded FROM synonym")))
    known = Counter(word for *_, words in seen.values() for word in words.split())
    known.update(word for text in synonyms for word in text.split())
    words = words_of(question)
    put_right = [nearest_word(word, known) for word in words]
    spelling = [right or word for right, word in zip(put_right, words, strict=True)] if any(put_right) else []
    tallies = {number: sum(share(word, seen[number]) for word in spelling or words) for number in seen}
    best = max(tallies.values(), default=0)
    near = sorted(
        (number for number, tally in tallies.items() if tally > 0 and tally * 2 >= best),
        key=lambda number: (-tallies[number], number),
    )
    right = near and all(share(word, seen[near[0]]) == 1 for word in spelling)
    right = right or any(word in text.split() for text in synonyms for word in spelling)
    kinds = [kind for kind, _ in Counter(seen[number][0].kind for number in near).most_common(3)]
    units = Counter(unit for resource, unit, *_ in seen.values() if resource.kind in kinds)
    most = sorted(units, key=lambda unit: (-units[unit], unit.code))[:4]
    return NearThings(
        " ".join(spelling) if right else "",
        tuple(near[:5]),
        tuple(kinds),
        tuple(NearUnit(unit.code, unit.name_zh, unit.name_en) for unit in most),
    )


def until_techniques_end(text: str) -> str:
    return text.partition("\x1f")[0]


def nearest_word(word: str, known: Counter[str]) -> str:
    if not re.fullmatch("[a-z]{4,40}", word) or word in known:
        return ""
    most = 1 if len(word) <= 5 else 2
    wrong = {each: letters_wrong(word, each) for each in known if re.fullmatch("[a-z]{4,40}", each)}
    near = [(count, -known[each], each) for each, count in wrong.items() if count <= most]
    return min(near)[2] if near else ""


def letters_wrong(one: str, other: str) -> int:
    """How many letters are missing, too many, other or swapped with the next."""
    rows = [list(range(len(other) + 1))]
    for m, a in enumerate(one, start=1):
        row = [m]
        for n, b in enumerate(other, start=1):
            least = min(rows[-1][n] + 1, row[-1] + 1, rows[-1][n - 1] + (a != b))
            if m > 1 and n > 1 and a == other[n - 2] and b == one[m - 2]:
                least = min(least, rows[-2][n - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]


def share(word: str, of) -> float:
    _resource, _unit, names, words = of
    if re.fullmatch("[a-z0-9]{1,3}", word):
        return float(f" {word} " in words)
    if word in names:
        return 1.0
    runs = re.findall("[\u3400-\u9fff]+", word)
    pairs = [run[n : n + 2] for run in runs for n in range(len(run) - 1)]
    return sum(pair in names for pair in pairs) / (len(pairs) + 1) if pairs else 0.0
