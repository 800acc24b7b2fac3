"""What `make run` refuses, what it leaves alone, and that the locks hold what they promise."""

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import environment
import processes
import pytest
import refusals
import start
from refusals import Refusal

ROOT = Path(__file__).resolve().parent.parent
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def busy_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def bare_clone(tmp_path):
    """A clone in which nothing has been installed yet."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def make_run(clone, **settings):
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **settings}
    return subprocess.run(
        [sys.executable, "tools/start.py"], cwd=clone, env=env, capture_output=True, text=True
    )


# Pythons --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 6, 0), (3, 9, 18), (3, 10, 99)])
def test_an_old_python_is_refused_by_its_number(version):
    with pytest.raises(Refusal) as refused:
        refusals.old_python(version, find=lambda name: None)

    number = f"{version[0]}.{version[1]}"
    assert (
        refused.value.en
        == f"This python3 is {number}, 3.11 or newer is needed: install one, then type make run again."
    )


def test_an_old_python_names_the_newer_one_next_to_it():
    def find(name):
        return sys.executable if name == "python3.12" else None

    with pytest.raises(Refusal) as refused:
        refusals.old_python((3, 9, 18), find=find)

    assert refused.value.en == "This python3 is 3.9, 3.11 or newer is needed: type make run PYTHON=python3.12"


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_python_3_11_and_newer_pass(version):
    refusals.old_python(version, find=lambda name: None)


@pytest.mark.parametrize("name", ["start.py", "develop.py", "refusals.py"])
def test_what_an_old_python_reads_first_it_can_read(name):
    ast.parse((ROOT / "tools" / name).read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("absent", ["venv", "ensurepip"])
def test_a_python_without_its_venv_module_is_refused(absent):
    with pytest.raises(Refusal, match="lacks its venv module: install it first"):
        refusals.missing_venv(find=lambda name: None if name == absent else object())


# Folder and disk ------------------------------------------------------------------------------------------------------


def test_a_folder_that_takes_no_files_is_refused(tmp_path):
    folder = Path("/proc") if os.geteuid() == 0 else tmp_path  # root may write anywhere but where nobody can
    if folder is tmp_path:
        tmp_path.chmod(0o555)

    with pytest.raises(Refusal) as refused:
        refusals.unwritable_folder(folder)

    assert refused.value.en == f"The folder {folder} cannot be written to: move to one where you may write."


def test_a_full_disk_is_refused_with_what_is_left_and_what_is_needed(tmp_path):
    with pytest.raises(Refusal) as refused:
        refusals.full_disk(tmp_path, 700, usage=lambda folder: Usage(0, 0, 699_999_999))

    assert refused.value.en == f"The disk is full: {tmp_path} has 699 MB left, 700 MB are needed."


def test_a_disk_with_just_enough_space_passes(tmp_path):
    refusals.full_disk(tmp_path, 700, usage=lambda folder: Usage(0, 0, 700_000_000))


# Ports ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "0", "65536", "http", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(Refusal, match="PORT must be a number from 1 to 65535"):
        refusals.bad_port(text)


def test_a_busy_port_is_refused_and_a_free_one_passes(busy_port, free_port):
    refusals.busy_port(free_port)

    with pytest.raises(Refusal) as refused:
        refusals.busy_port(busy_port)

    assert refused.value.en.startswith(f"Port {busy_port} is taken: ")


# The database ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("alliance", "DATABASE_URL is no database address we can use"),
        ("mysql://user@host/name", "DATABASE_URL is no database address we can use"),
        ("postgresql://host:many/name", "DATABASE_URL is no database address we can use"),
        ("postgresql://user@127.0.0.1", "DATABASE_URL names no database"),
        ("sqlite://", "DATABASE_URL names no file"),
        ("sqlite:///:memory:", "DATABASE_URL names no file"),
        ("sqlite:////proc/alliance.db", "The folder /proc cannot be written to"),
    ],
)
def test_a_database_address_that_cannot_be_meant_is_refused(address, said):
    with pytest.raises(Refusal) as refused:
        refusals.bad_database_url(address)

    assert refused.value.en.startswith(said)


def test_a_database_server_that_does_not_answer_is_refused_without_saying_the_password(free_port):
    with pytest.raises(Refusal) as refused:
        refusals.bad_database_url(f"postgresql://alliance:secret@127.0.0.1:{free_port}/alliance")

    assert refused.value.en == (
        f"The database server of DATABASE_URL, 127.0.0.1:{free_port}, cannot be reached: is it running?"
    )


def test_a_database_that_is_there_or_can_be_made_passes(tmp_path, busy_port):
    refusals.bad_database_url(None)
    refusals.bad_database_url(f"sqlite:///{tmp_path}/not/yet/alliance.db")
    refusals.bad_database_url(f"postgresql+psycopg://alliance@127.0.0.1:{busy_port}/alliance")
    refusals.bad_database_url("postgresql:///alliance?host=/run/postgresql")


# The whole start ------------------------------------------------------------------------------------------------------


def test_a_refused_start_is_one_sentence_in_both_languages_and_leaves_nothing_behind(bare_clone, busy_port):
    before = sorted(bare_clone.rglob("*"))

    done = make_run(bare_clone, PORT=str(busy_port))

    assert (done.returncode, done.stdout) == (1, "")
    zh, en = done.stderr.split("\n")[1:3]
    assert zh.startswith(f"端口 {busy_port} 已被占用：")
    assert en.startswith(f"Port {busy_port} is taken: ")
    assert sorted(bare_clone.rglob("*")) == before


def test_a_wrong_database_address_is_refused_before_anything_is_installed(bare_clone, free_port):
    done = make_run(bare_clone, PORT=str(free_port), DATABASE_URL="mysql://root:secret@localhost/x")

    assert done.returncode == 1
    assert "DATABASE_URL is no database address we can use" in done.stderr
    assert "secret" not in done.stderr
    assert not (bare_clone / ".venv").exists()


def test_columns_stand_under_each_other_in_both_scripts():
    lines = start._columns([["林一", "研究员"], ["Wang Er", "admin"]])

    assert lines == ["  林一      研究员", "  Wang Er   admin"]


# The virtual environment ----------------------------------------------------------------------------------------------


def test_a_broken_attempt_is_redone_and_a_sound_one_is_left_alone(tmp_path, monkeypatch):
    bin_folder = environment.BIN.relative_to(environment.VENV)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / ".venv" / bin_folder / "python")
    monkeypatch.setattr(environment, "_READY", tmp_path / ".venv" / "ready.json")
    monkeypatch.setattr(environment, "_UNFINISHED", tmp_path / ".venv" / "unfinished")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").write_text("# nothing\n", encoding="utf-8")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text("half a file", encoding="utf-8")
    (tmp_path / ".venv" / "unfinished").touch()

    environment.provide("run")

    assert subprocess.run([environment.PYTHON, "-c", ""]).returncode == 0
    assert not (tmp_path / ".venv" / "unfinished").exists()
    made_at = (tmp_path / ".venv" / "ready.json").stat().st_mtime_ns
    environment.provide("run")
    assert (tmp_path / ".venv" / "ready.json").stat().st_mtime_ns == made_at


# Server and worker ----------------------------------------------------------------------------------------------------


def test_a_child_that_ends_by_itself_is_noticed_and_the_others_are_stopped(tmp_path):
    waiting = [sys.executable, "-c", "import time; time.sleep(600)"]

    with processes.Children(tmp_path, os.environ) as children:
        children.start("server", waiting)
        server = children._running["server"]
        children.start("worker", [sys.executable, "-c", "raise SystemExit(7)"])
        with pytest.raises(Refusal) as refused:
            children.watch()

    assert refused.value.en == "The worker stopped unexpectedly (exit code 7); the lines above say why."
    assert server.returncode is not None


def test_a_server_counts_as_ready_only_when_it_says_so(tmp_path, free_port):
    (tmp_path / "readyz").write_text("ok", encoding="utf-8")
    serve = [
        sys.executable,
        "-m",
        "http.server",
        "--bind",
        "127.0.0.1",
        "--directory",
        tmp_path,
        str(free_port),
    ]
    assert not processes.is_ready(free_port)

    with processes.Children(tmp_path, os.environ) as children:
        children.start("server", serve)
        children.wait_until_ready(free_port)
        assert processes.is_ready(free_port)
        (tmp_path / "readyz").unlink()
        assert not processes.is_ready(free_port)


# The locks ------------------------------------------------------------------------------------------------------------


def pins(name):
    """What a lock of requirements/ says: package, version and marker, each with at least one hash."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    assert all("--hash=sha256:" in line for line in lines)
    return {line.split("==")[0]: line.split("--hash")[0].strip() for line in lines}


def test_what_runs_is_what_was_tested():
    run, dev = pins("run"), pins("dev")

    assert "flask" in run
    assert {name: dev.get(name) for name in run} == run


def test_the_front_end_lock_pins_exactly_names_no_host_and_has_every_hash():
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))

    asked = package["dependencies"] | package["devDependencies"]
    locked = {name.removeprefix("node_modules/"): entry for name, entry in lock["packages"].items() if name}
    assert {name: locked[name]["version"] for name in asked} == asked
    assert [name for name, entry in locked.items() if "integrity" not in entry or "resolved" in entry] == []
