"""What keeps a start from succeeding: each check passes silently or raises Refusal with one clear sentence.

Old Pythons read this file too, to be told that they are too old: it keeps to what Python 3.6 understands.
"""

import errno
import importlib.util
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import SplitResult, parse_qs, urlsplit

OLDEST = (3, 11)
NEWER = ["python3." + str(minor) for minor in range(19, OLDEST[1] - 1, -1)]


class Refusal(Exception):
    """A start cannot go on; says why and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en

    def __str__(self) -> str:
        return self.zh + "\n" + self.en


def old_python(version: Any = sys.version_info, find: Callable[[str], Optional[str]] = shutil.which) -> None:
    """Refuse a Python below 3.11, naming a newer one of this machine if there is one."""
    if tuple(version[:2]) >= OLDEST:
        return
    have = "{}.{}".format(*version[:2])
    newer = next((name for name in NEWER if _works(find(name))), None)
    if newer:
        raise Refusal(
            f"这里的 python3 是 {have}，需要 3.11 或更新：请运行 make run PYTHON={newer}",
            f"This python3 is {have}, 3.11 or newer is needed: type make run PYTHON={newer}",
        )
    raise Refusal(
        f"这里的 python3 是 {have}，需要 3.11 或更新：请先安装，再运行 make run。",
        f"This python3 is {have}, 3.11 or newer is needed: install one, then type make run again.",
    )


def missing_venv(find: Callable[[str], Any] = importlib.util.find_spec) -> None:
    """Refuse a Python that cannot make virtual environments (Debian packs that part separately)."""
    if find("venv") and find("ensurepip"):
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    raise Refusal(
        f"这里的 Python 缺少 venv 模块：请先安装（Debian、Ubuntu：apt install {package}）。",
        f"This Python lacks its venv module: install it first (Debian, Ubuntu: apt install {package}).",
    )


def unwritable_folder(folder: Path) -> None:
    """Refuse a folder in which no file can be made."""
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            pass
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _no_space(folder, 0, 1) from None
        raise Refusal(
            f"无法写入文件夹 {folder}：请换到有写权限的位置。",
            f"The folder {folder} cannot be written to: move to one where you may write.",
        ) from None


def full_disk(folder: Path, needed_mb: int, usage: Callable[[str], Any] = shutil.disk_usage) -> None:
    """Refuse a disk with less than `needed_mb` megabytes left."""
    free_mb = usage(str(folder)).free // 1_000_000
    if free_mb < needed_mb:
        raise _no_space(folder, free_mb, needed_mb)


def bad_port(text: str) -> int:
    """Turn the PORT setting into a number, or refuse it."""
    if text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise Refusal(
        f"PORT 应是 1 到 65535 的数字，现在是“{text}”。",
        f"PORT must be a number from 1 to 65535, not '{text}'.",
    )


def busy_port(port: int) -> None:
    """Refuse a port that somebody else is listening on, or that we may not open."""
    other = port % 65535 + 1
    with socket.socket() as probe:
        # As the servers do: a port that was closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(
                f"没有权限使用端口 {port}：请换一个，例如 make run PORT=8001",
                f"You may not open port {port}: take another, for example make run PORT=8001",
            ) from None
        except OSError:
            raise Refusal(
                f"端口 {port} 已被占用：请停掉占用它的程序，或换一个，例如 make run PORT={other}",
                f"Port {port} is taken: stop what uses it, or take another, for example make run PORT={other}",
            ) from None


def bad_database_url(text: Optional[str]) -> None:
    """Refuse a DATABASE_URL that cannot be meant, or whose server or folder is not there."""
    if not text:
        return
    try:
        url = urlsplit(text)
        port = url.port or 5432
    except ValueError:
        raise _unreadable() from None
    if url.scheme == "sqlite":
        _bad_file(url.path[1:])
    elif url.scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        _bad_server(url, port)
    else:
        raise _unreadable()


def _bad_file(name: str) -> None:
    if not name or name == ":memory:":
        raise Refusal(
            "DATABASE_URL 没有写明文件：例如 sqlite:////path/to/alliance.db",
            "DATABASE_URL names no file: write for example sqlite:////path/to/alliance.db",
        )
    folder = Path(name).absolute().parent
    while not folder.exists():  # What is missing will be made.
        folder = folder.parent
    unwritable_folder(folder)


def _bad_server(url: SplitResult, port: int) -> None:
    if not url.path.strip("/"):
        raise Refusal(
            "DATABASE_URL 没有写明数据库名：例如 postgresql://user@host/alliance",
            "DATABASE_URL names no database: write for example postgresql://user@host/alliance",
        )
    host = url.hostname or parse_qs(url.query).get("host", [""])[0]
    if not host or host.startswith("/"):
        return  # A local socket: the driver finds it, and says so if it does not.
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        raise Refusal(
            f"连不上 DATABASE_URL 里的数据库服务器 {host}:{port}：它在运行吗？",
            f"The database server of DATABASE_URL, {host}:{port}, cannot be reached: is it running?",
        ) from None


def _unreadable() -> Refusal:
    # The address itself stays unsaid, for it may hold a password.
    forms = "postgresql://user@host/alliance, sqlite:////path/to/alliance.db"
    return Refusal(
        f"DATABASE_URL 不是可用的数据库地址，应像这样：{forms}",
        f"DATABASE_URL is no database address we can use; it looks like one of these: {forms}",
    )


def _no_space(folder: Path, free_mb: int, needed_mb: int) -> Refusal:
    return Refusal(
        f"磁盘空间不够：{folder} 只剩 {free_mb} MB，需要 {needed_mb} MB。",
        f"The disk is full: {folder} has {free_mb} MB left, {needed_mb} MB are needed.",
    )


def _works(command: Optional[str]) -> bool:
    if command is None:
        return False
    silent = subprocess.DEVNULL
    return subprocess.call([command, "-c", "import venv, ensurepip"], stdout=silent, stderr=silent) == 0
