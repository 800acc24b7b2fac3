"""What the benchmark says is what was measured: percentiles, shares, growth, and ratios to the floor."""

from dataclasses import replace

from alliance.cli.synthetic.scale import Scale
from tests.bench.load import Rush, Times
from tests.bench.measure import Found
from tests.bench.places import Place
from tests.bench.shares import Shares, shares_of
from tests.bench.table import tables
from tests.frequent import Ask


def found(bookings, create_ms):
    answer, transaction = Times([0.001]), Times([0.003])
    return Found(
        place=Place("sqlite", "sqlite:///x.db", Scale(bookings, 1000, 300), seconds_to_fill=61.2),
        times={"create": Times([create_ms / 1000])},
        shares={"create": Shares(statements=17, sql=20, template=5)},
        rush=Rush(Times([0.05]), per_second=212.4),
        memory=100 * 2**20,
        bare_answer=answer,
        bare_transaction=transaction,
    )


def test_percentiles_are_of_what_was_measured():
    times = Times([n / 1000 for n in range(1, 101)])

    assert (times.p50, times.p95, times.at(99)) == (51.0, 96.0, 100.0)


def test_a_row_says_growth_floor_statements_and_shares():
    lines = list(tables([found(10_000, 8.0), found(1_000_000, 10.0)], [("import", "1 s", "0.80 s")]))

    assert (
        "| create | 10 ms, 18 statements | 8.0 | 8.0 | 10.0 | 10.0 | 1.25 | 2.5 | 17 | 20 / 75 / 5 |" in lines
    )
    assert "| 8 clients create: per second | 150 | 212 | 212 |" in lines
    assert "| import | 1 s | 0.80 s |" in lines


def test_what_is_not_there_yet_is_said_so():
    lines = list(tables([replace(found(10_000, 8.0), times={})], []))

    assert any(line.startswith("| board, day | 25 ms, 9 statements | not there |") for line in lines)


def test_shares_are_those_of_one_request(sqlite_app):
    shares = shares_of(sqlite_app, lambda: Ask("page", "/resources"))

    assert shares.statements > 0
    assert 0 < shares.sql + shares.template <= 100
    assert shares.python == 100 - shares.sql - shares.template
