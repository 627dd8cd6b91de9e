"""A PostgreSQL server of the tests' own: a throw-away cluster on a Unix socket, run by an unprivileged user."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

USERS = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; the first of these that there is runs it then."""
LAST = 60.0


def lacking() -> str | None:
    """Why no server can be started here, or None where one can."""
    if _program("initdb") is None or _program("postgres") is None:
        return "PostgreSQL's server is not installed here (Debian: postgresql)."
    if os.geteuid() == 0 and _user() is None:
        return f"No user to run PostgreSQL as ({', '.join(USERS)})."
    return None


class Server:
    """A running server, which a test may stop and start again."""

    def __init__(self, user: pwd.struct_passwd | None, home: Path) -> None:
        self._user, self.home = user, home
        self.start()

    @property
    def socket(self) -> str:
        """Its Unix socket."""
        return f"{self.home}/.s.PGSQL.5432"

    def start(self) -> None:
        self.process = _start(self._user, self.home)
        self.url = _answering(self.home, self.process)

    def stop(self) -> None:
        """A fast shutdown: every connection ends."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


@contextmanager
def server() -> Iterator[str]:
    """The URL of the server's first database; the server ends with the block."""
    with running() as started:
        yield started.url


@contextmanager
def running() -> Iterator[Server]:
    """A server of its own; it ends with the block."""
    home = Path(tempfile.mkdtemp(prefix="orch-pg-", dir="/tmp"))
    user = _user() if os.geteuid() == 0 else None
    try:
        if user is not None:
            os.chown(home, user.pw_uid, user.pw_gid)
        _run(
            user,
            _program("initdb"),
            "-D",
            f"{home}/data",
            "-U",
            "orch",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        started = Server(user, home)
        try:
            yield started
        finally:
            if started.process.poll() is None:
                started.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """One server for all tests; they are skipped where none can be started."""
    reason = lacking()
    if reason is not None:
        pytest.skip(reason)
    with server() as url:
        yield url


@pytest.fixture
def database_url(postgresql: str) -> str:
    """A new, empty database."""
    name = f"orch{next(_NUMBERS)}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return postgresql.replace("/postgres?", f"/{name}?")


_NUMBERS = itertools.count(1)


def _start(user: pwd.struct_passwd | None, home: Path) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "fsync": "off",
        "max_connections": "60",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(_program("postgres")), "-D", f"{home}/data", *options]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd="/", user=_uid(user), group=_gid(user))


def _answering(home: Path, process: subprocess.Popen[bytes]) -> str:
    url = f"postgresql://orch@/postgres?host={home}"
    deadline = time.monotonic() + LAST
    while time.monotonic() < deadline and process.poll() is None:
        asked = subprocess.run(
            [str(_program("pg_isready")), "-q", "-h", str(home)], check=False, timeout=LAST
        )
        if asked.returncode == 0:
            return url
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL does not answer: {(home / 'log').read_text()[-2000:]}")


def _run(user: pwd.struct_passwd | None, *command: str | None) -> None:
    arguments = [str(part) for part in command]
    subprocess.run(
        arguments, check=True, capture_output=True, cwd="/", timeout=LAST, user=_uid(user), group=_gid(user)
    )


def _uid(user: pwd.struct_passwd | None) -> int | None:
    return None if user is None else user.pw_uid


def _gid(user: pwd.struct_passwd | None) -> int | None:
    return None if user is None else user.pw_gid


def _user() -> pwd.struct_passwd | None:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next((known[name] for name in USERS if name in known), None)


def _program(name: str) -> str | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, places), os.environ.get("PATH", "")]))
