"""The PostgreSQL that the tests stand on, from the system's programs and from the pip-installed build."""

import os
import shutil

import psycopg
import pytest

from tests import postgres
from tests.postgres import NoPostgres, Postgres


@pytest.fixture(params=["system", "wheel"])
def server(request):
    try:
        server = Postgres(postgres.find_programs(system=request.param == "system"), durable=True)
    except NoPostgres as reason:
        pytest.skip(str(reason))
    yield server
    server.stop()


def connect(url):
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def test_it_serves_many_databases_to_one_who_is_no_superuser_and_leaves_nothing_behind(server):
    with connect(server.url) as connection:
        connection.execute("CREATE TABLE word (text text); INSERT INTO word VALUES ('共聚焦')")
    copy = server.new_database(template="alliance")

    with connect(copy) as connection:
        assert connection.execute("SELECT text FROM word").fetchall() == [("共聚焦",)]
        assert connection.execute(
            "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchall() == [(False,)]
        settings = (
            "current_setting('server_encoding'), current_setting('fsync'), current_setting('max_connections')"
        )
        assert connection.execute(f"SELECT {settings}").fetchall() == [("UTF8", "on", "200")]

    server.stop()
    with pytest.raises(psycopg.OperationalError):
        connect(copy)
    assert not server.folder.exists()


def test_its_log_tells_of_deadlocks(server):
    with connect(server.url) as connection, pytest.raises(psycopg.errors.DeadlockDetected):
        connection.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock, or so' USING ERRCODE = '40P01'; END $$")

    assert "ERROR:  deadlock, or so" in server.log_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand its programs to somebody else")
def test_programs_in_roots_own_folder_are_copied_to_where_the_server_may_read_them(tmp_path):
    programs = postgres.find_programs(system=False)
    package = programs.parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, tmp_path / folder.name, symlinks=True)
    tmp_path.chmod(0o700)

    server = Postgres(tmp_path / programs.relative_to(package.parent))

    with connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    server.stop()


def test_without_any_programs_one_loud_line_says_what_is_left_out(monkeypatch, capfd):
    monkeypatch.setattr(postgres, "_system_programs", lambda: None)
    monkeypatch.setattr(postgres, "_wheel_programs", lambda: None)

    assert postgres.start_or_complain() is None

    assert "NO POSTGRESQL: every test on it is left out." in capfd.readouterr().err
