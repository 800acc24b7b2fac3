"""The virtual environment in .venv: made and filled from the hash-locked lists in requirements/, redone when broken.

`python3 tools/environment.py run dev` provides both lists.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from progress import run_quietly, step
from refusals import Refusal

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
_READY = VENV / "ready.json"  # which lists are installed, by the hash of the list
_UNFINISHED = VENV / "unfinished"  # stands while somebody installs; found later, it tells of a broken attempt


def provide(*lists: str) -> None:
    """Have everything of requirements/NAME.txt, for each NAME, installed in .venv; costs nothing when it already is."""
    wanted = {name: _digest(ROOT / "requirements" / f"{name}.txt") for name in lists}
    installed = _installed()
    missing = [name for name in lists if installed.get(name) != wanted[name]]
    if not missing:
        return
    if not _usable():
        _make()
        installed = {}
        missing = list(lists)
    for name in missing:
        _install(name)
        installed[name] = wanted[name]
        _READY.write_text(json.dumps({"at": str(VENV), "lists": installed}), encoding="utf-8")
        _UNFINISHED.unlink()


def _installed() -> dict[str, str]:
    """The lists that stand in .venv; none when it is broken, was moved, or its Python is gone."""
    try:
        ready = json.loads(_READY.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if ready["at"] != str(VENV) or _UNFINISHED.exists() or not PYTHON.exists():
        return {}
    return dict(ready["lists"])


def _usable() -> bool:
    """Whether packages can be added to the .venv that is there."""
    if _UNFINISHED.exists() or not PYTHON.exists():
        return False
    if _READY.exists() and not _installed():
        return False
    asks = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", asks], capture_output=True).returncode == 0


def _make() -> None:
    with step("准备 Python 环境", "Making the Python environment"):
        _remove()
        VENV.mkdir()
        _UNFINISHED.touch()
        failing = Refusal(
            "Python 虚拟环境没有建成，原因见上面几行。",
            "The virtual environment could not be made; the lines above say why.",
        )
        try:
            run_quietly([sys.executable, "-m", "venv", VENV], failing, cwd=ROOT)
        except BaseException:
            _remove()
            raise


def _install(name: str) -> None:
    fresh = _UNFINISHED.exists()
    _UNFINISHED.touch()
    failing = Refusal(
        f"requirements/{name}.txt 没有装上，原因见上面几行；多半是网络，可稍后再试。",
        f"requirements/{name}.txt could not be installed; the lines above say why. If it was the network, try again.",
    )
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    # The lists are complete, so nothing is left to resolve.
    locked: list[str | Path] = [
        "--require-hashes",
        "--no-deps",
        "--requirement",
        ROOT / "requirements" / f"{name}.txt",
    ]
    with step(f"安装依赖（{name}）", f"Installing packages ({name})"):
        try:
            run_quietly([*pip, *locked], failing, cwd=ROOT)
        except Refusal:
            # pip fetches everything before it touches anything: what stood before still stands.
            _remove() if fresh else _UNFINISHED.unlink()
            raise
        except BaseException:
            if fresh:
                _remove()
            raise


def _remove() -> None:
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    try:
        provide(*sys.argv[1:])
    except Refusal as refusal:
        sys.exit(str(refusal))
