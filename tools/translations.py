"""The message catalogues: compiled when their sources are newer. `make translations` collects new messages first."""

import sys
from pathlib import Path

from environment import PYTHON, ROOT
from progress import run_quietly, step
from refusals import Refusal

FOLDER = ROOT / "alliance" / "translations"
_FAILING = Refusal(
    "翻译文件没有编译成功，原因见上面几行。",
    "The translations could not be compiled; the lines above say why.",
)


def provide() -> None:
    """Have every messages.po compiled; costs nothing when nothing changed."""
    if all(map(_is_compiled, FOLDER.glob("*/LC_MESSAGES/*.po"))):
        return
    with step("编译翻译", "Compiling translations"):
        _babel("compile", "--directory", FOLDER)


def collect() -> None:
    """Bring new messages from code and templates into the catalogues, drop those nobody says any more, and compile."""
    template = ROOT / "build" / "messages.pot"
    template.parent.mkdir(exist_ok=True)
    calm = ["--sort-by-file", "--add-location=file", "--no-wrap"]
    # Babel would also pass by folders that begin with an underscore, where the shared parts of the templates are.
    words = ["--keyword=_l", "--keyword=_n:1,2", "--ignore-dirs=.*"]
    _babel("extract", "--mapping-file", "pyproject.toml", *words, *calm, "--output-file", template, ".")
    kept = ["--no-wrap", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date"]
    _babel("update", "--input-file", template, "--output-dir", FOLDER, *kept)
    provide()


def _is_compiled(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime


def _babel(*words: str | Path) -> None:
    run_quietly([PYTHON, "-m", "babel.messages.frontend", *words], _FAILING, cwd=ROOT)


if __name__ == "__main__":
    try:
        collect()
    except Refusal as refusal:
        sys.exit(str(refusal))
