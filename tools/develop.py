"""What `make test` and `make check` stand on: the packages of requirements/dev.txt, the assets, and a browser.

Chromium, a Chinese font and the calendar library libical come from apt where we may install; elsewhere a loud line says
what will not be tested.
"""

import sys

from refusals import Refusal, full_disk, missing_venv, old_python, unwritable_folder

# First of all, for the modules below need a new Python.
try:
    old_python()
except Refusal as refusal:
    sys.exit(str(refusal))

import os
import shutil
import subprocess

import assets
import environment
import translations
from environment import PYTHON, ROOT
from progress import run_quietly, step

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FIRST_TIME_MB = 1500
_LATER_MB = 200


def main() -> None:
    """Have everything the tests and checks need."""
    missing_venv()
    unwritable_folder(ROOT)
    full_disk(ROOT, _LATER_MB if PYTHON.exists() else _FIRST_TIME_MB)
    environment.provide("run", "dev")
    assets.provide(tests=True)
    translations.provide()
    _provide_packages()


def missing_packages() -> dict[str, list[str]]:
    """The Debian packages whose work nobody does on this machine, by what is not tested without them."""
    browser = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    browser += [] if _has_chinese_font() else ["fonts-noto-cjk"]
    libical = [] if _has_libical() else ["gcc", "libc6-dev", "pkg-config", "libical-dev"]
    return {what: names for what, names in (("A BROWSER", browser), ("LIBICAL", libical)) if names}


def _has_libical() -> bool:
    """Whether a program that uses it can be built."""
    if not shutil.which("cc") or not shutil.which("pkg-config"):
        return False
    return subprocess.run(["pkg-config", "--exists", "libical"]).returncode == 0


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    said = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True)
    return bool(said.stdout.strip())


def _provide_packages() -> None:
    missing = missing_packages()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_install([name for names in missing.values() for name in names])
        missing = missing_packages()
    line = "!" * 100
    for what, names in missing.items():
        print(
            f"{line}\nNOT TESTED WITH {what}, or not as people see it: install {' and '.join(names)}.\n{line}"
        )


def _apt_install(packages: list[str]) -> None:
    failing = Refusal(
        "apt 没有装上测试要用的软件，原因见上面几行。",
        "apt could not install what the tests use; see the lines above.",
    )
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with step("安装测试要用的软件", "Installing what the tests use"):
        try:
            run_quietly(["apt-get", "update"], failing, cwd=ROOT, env=env)
            run_quietly(
                ["apt-get", "install", "-y", "--no-install-recommends", *packages], failing, cwd=ROOT, env=env
            )
        except Refusal as refusal:
            print(refusal)  # The tests still run; main() says loudly what they leave out.


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except Refusal as refusal:
        sys.exit(f"\n{refusal}")
