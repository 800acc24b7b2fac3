"""What `make test` and `make check` stand on: the packages of requirements/dev.txt, the assets, and a browser.

Chromium and a Chinese font come from apt where we may install; elsewhere a loud line says what will not be tested.
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
    _provide_browser()


def missing_for_browser() -> list[str]:
    """The Debian packages whose work nobody does on this machine."""
    missing = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    return missing if _has_chinese_font() else [*missing, "fonts-noto-cjk"]


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    said = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True)
    return bool(said.stdout.strip())


def _provide_browser() -> None:
    missing = missing_for_browser()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt_install(missing)
        missing = missing_for_browser()
    if missing:
        line = "!" * 100
        print(
            f"{line}\nNOT TESTED IN A BROWSER, or not as people see it: install {' and '.join(missing)}.\n{line}"
        )


def _apt_install(packages: list[str]) -> None:
    failing = Refusal(
        "apt 没有装上浏览器，原因见上面几行。", "apt could not install the browser; see the lines above."
    )
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with step("安装浏览器与中文字体", "Installing the browser and a Chinese font"):
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
