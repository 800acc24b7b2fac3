"""The figures as Markdown."""

from collections.abc import Iterator, Sequence

from tests.bench.measure import Found
from tests.bench.places import RESOURCES

# What design asks for, by the name of the request: milliseconds at the median, and statements.
BARS = {
    "create": "10 ms, 18 statements",
    "refuse": "20 ms",
    "week, JSON": "5 ms, 6 statements",
    "resource page": "12 ms, 9 statements",
    "board, day": "25 ms, 9 statements",
    "board, week": "60 ms, 9 statements",
    "catalogue": "",
    "catalogue, time filter": "80 ms, 10 statements",
    # Measured with the whole page and so many resources; the bar is for the search alone: see docs/speed.md.
    "search": f"(30 ms without the page, 5,000 resources; here {RESOURCES:,})",
    "search, nothing found": f"(30 ms without the page, 5,000 resources; here {RESOURCES:,})",
    "inbox": "30 ms",
    "my bookings": "",
    "find": "100 ms; PostgreSQL 130",
    "feed, first": "(300 ms)",
    "feed, cached": "(10 ms)",
    "feed, 304": "2 ms; PostgreSQL 3",
}
# At ten thousand bookings the coming fortnight of three hundred resources is nearly empty: see docs/speed.md.
_UNLIKE = {"find", "catalogue", "search", "home"}


def tables(found: Sequence[Found], starts: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """One table for each kind of database, and one for what has no database."""
    for kind in dict.fromkeys(each.place.kind for each in found):
        yield from _requests([each for each in found if each.place.kind == kind])
    yield from _sheet(("what", "bar", "measured"), starts)


def _requests(found: Sequence[Found]) -> Iterator[str]:
    last = found[-1]
    sizes = [f"{each.place.scale.bookings:,}" for each in found]
    head = ["ms", "bar, p50"]
    head += [f"{size}: {what}" for size in sizes for what in ("p50", "p95")]
    head += [*(["growth"] if len(found) > 1 else []), "× floor", "statements", "SQL / Python / template, %"]
    yield from _sheet(head, [_row(name, bar, found) for name, bar in BARS.items()], title=last.place.kind)
    rest: list[list[str]] = [
        ["8 clients create: per second", "150", *(f"{each.rush.per_second:.0f}" for each in found)],
        ["8 clients create: p99", "150 ms", *(f"{each.rush.times.at(99):.0f} ms" for each in found)],
        [
            "memory of a server process, at most",
            "150 MB",
            *(f"{each.memory / 2**20:.0f} MB" for each in found),
        ],
        ["floor: a bare answer, p50", "", *(f"{each.bare_answer.p50:.2f} ms" for each in found)],
        ["floor: a bare transaction, p50", "", *(f"{each.bare_transaction.p50:.2f} ms" for each in found)],
        ["`flask synthesize`", "180 s", *(f"{each.place.seconds_to_fill:.0f} s" for each in found)],
    ]
    yield from _sheet([last.place.kind, "bar", *sizes], rest)


def _row(name: str, bar: str, found: Sequence[Found]) -> list[str]:
    if name not in found[-1].times:
        return [name, bar, "not there"]
    times = [each.times[name] for each in found]
    row = [name, bar, *(f"{ms:.1f}" for each in times for ms in (each.p50, each.p95))]
    if len(found) > 1:
        row.append(f"{times[-1].p50 / times[0].p50:.2f}" + ("*" if name in _UNLIKE else ""))
    row.append(f"{times[-1].p50 / found[-1].floor(name):.1f}")
    shares = found[-1].shares.get(name)
    return [
        *row,
        *((str(shares.statements), f"{shares.sql} / {shares.python} / {shares.template}") if shares else ()),
    ]


def _sheet(head: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> Iterator[str]:
    if title:
        yield f"### {title}\n"
    yield _line(head)
    yield "|" + "---|" * len(head)
    for row in rows:
        yield _line([*row, *[""] * (len(head) - len(row))])
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
