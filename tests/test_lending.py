"""A database that was lent before is as good as a new one."""

import psycopg
import pytest

from tests.lending import Lending


@pytest.fixture
def lending(postgres):
    return Lending(postgres)


def asked(url, *statements):
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        return [connection.execute(statement) for statement in statements][-1]


def add_group(url):
    """A group, by the application's own role; its number."""
    insert = "INSERT INTO unit_group (code, name_zh) VALUES ('CHAIN', '产业链') RETURNING id"
    return asked(url, insert).fetchone()[0]


def test_what_one_test_left_no_other_finds_and_all_count_from_one(lending):
    with lending.lend() as first:
        numbers = [add_group(first)]

    with lending.lend() as second:
        rows = asked(second, "SELECT count(*) FROM unit_group").fetchall()
        numbers.append(add_group(second))

    assert second == first
    assert rows == [(0,)]
    assert numbers == [1, 1]


def test_whoever_stays_connected_is_named_and_cut_off(lending, monkeypatch):
    monkeypatch.setattr("tests.lending._PATIENCE_SECONDS", 0.1)
    loan = lending.lend()
    first = loan.__enter__()
    hanging = psycopg.connect(first.replace("+psycopg", ""))
    hanging.execute("LOCK TABLE unit_group")

    with pytest.raises(AssertionError) as complaint:
        loan.__exit__(None, None, None)

    with lending.lend() as second:
        number = add_group(second)
    assert str(complaint.value) == "still connected to the database, after: LOCK TABLE unit_group"
    assert (second, number) == (first, 1)
    with pytest.raises(psycopg.errors.AdminShutdown):
        hanging.execute("SELECT 1")
    hanging.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE occupancy DROP CONSTRAINT {constraint}",
        "ALTER TABLE unit ALTER COLUMN name_en SET DEFAULT 'x'",
        "CREATE TABLE left_over (id int)",
        "DROP INDEX {index}",
        "UPDATE alembic_version SET version_num = 'older'",
    ],
)
def test_a_database_that_is_not_what_it_was_is_never_lent_again(lending, change):
    with lending.lend() as first:
        constraint = asked(first, "SELECT conname FROM pg_constraint WHERE contype = 'x'").fetchone()[0]
        index = asked(
            first,
            "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisunique AND indrelid = 'booking'::regclass",
        ).fetchone()[0]
        asked(first, change.format(constraint=constraint, index=index))

    with lending.lend() as second:
        pass

    assert second != first


def test_one_who_needs_two_gets_two(lending):
    with lending.lend() as first, lending.lend() as second:
        assert first != second
