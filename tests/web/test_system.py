"""What machines ask of the installation."""

import sqlalchemy as sa

from alliance.db import db
from alliance.migrations import newest_migration


def test_a_living_process_says_so_without_the_database(sqlite_app):
    answer = sqlite_app.test_client().get("/healthz")

    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (200, "ok\n", "no-store")


def test_an_installation_is_ready_when_its_migrations_are_done(app, session):
    client = app.test_client()
    ready = client.get("/readyz")

    session.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))
    session.commit()
    behind = client.get("/readyz")
    session.execute(sa.text("DROP TABLE alembic_version"))
    session.commit()
    empty = client.get("/readyz")

    assert [(answer.status_code, answer.text) for answer in (ready, behind, empty)] == [
        (200, "ok\n"),
        (503, "migrations\n"),
        (503, "database\n"),
    ]
    db.session.remove()


def test_the_newest_migration_is_known(sqlite_app):
    newest = newest_migration()

    assert newest == db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))


def test_robots_may_read_what_everybody_may(sqlite_app):
    answer = sqlite_app.test_client().get("/robots.txt")

    assert (answer.mimetype, answer.text) == ("text/plain", "User-agent: *\nAllow: /\n")


def test_the_old_name_of_the_icon_leads_to_it(sqlite_app):
    answer = sqlite_app.test_client().get("/favicon.ico", follow_redirects=True)

    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


def test_these_pages_make_no_session(sqlite_app):
    client = sqlite_app.test_client()

    for path in ("/healthz", "/readyz", "/robots.txt", "/favicon.ico"):
        assert "Set-Cookie" not in client.get(path).headers
