"""PostgreSQL of the team, from Debian's packages, in a network of its own; it can be killed, restarted and cut off."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.chaos.team.networks import Networks
from tests.store import postgres

PART = "pg"
WITHIN = 60.0


class SharedDatabase:
    """A server on the address of the part `pg`; it ends with `end`."""

    def __init__(self, networks: Networks) -> None:
        reason = postgres.lacking()
        if reason is not None:
            raise RuntimeError(reason)
        self._networks = networks
        self.home = Path(tempfile.mkdtemp(prefix="orch-team-pg-", dir="/tmp"))
        self._user = postgres._user()
        if self._user is not None:
            os.chown(self.home, self._user.pw_uid, self._user.pw_gid)
        options = ["-U", "orch", "-A", "trust", "-E", "UTF8", "--no-sync"]
        postgres._run(self._user, postgres._program("initdb"), "-D", f"{self.home}/data", *options)
        with (self.home / "data/pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {networks.subnet} trust\n")
        self.start()
        self._ask("CREATE DATABASE team")

    @property
    def url(self) -> str:
        """As ORCH_STORE_URL has it."""
        # What is cut off is noticed within seconds, as the page on operations advises for servers across a network.
        return f"postgresql://orch@{self._networks.address(PART)}/team"

    def start(self) -> None:
        """Until it answers."""
        settings = {
            "listen_addresses": self._networks.address(PART),
            "unix_socket_directories": str(self.home),
            "fsync": "off",
            "max_connections": "200",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [
            *self._networks.inside(PART),
            "setpriv",
            *self._as_user(),
            str(postgres._program("postgres")),
        ]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "-D", f"{self.home}/data", *options], stdout=log, stderr=log, cwd="/"
            )
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            asked = subprocess.run(
                [str(postgres._program("pg_isready")), "-q", "-h", str(self.home)],
                check=False,
                timeout=WITHIN,
            )
            if asked.returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL does not answer: {(self.home / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """A fast shutdown: every connection ends."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def kill(self) -> None:
        """An immediate shutdown: nothing is finished, and the next start recovers."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)

    def end(self) -> None:
        """Nothing is left of it."""
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _as_user(self) -> list[str]:
        if self._user is None:
            return []
        return ["--reuid", str(self._user.pw_uid), "--regid", str(self._user.pw_gid), "--clear-groups"]

    def _ask(self, words: str) -> None:
        command = [str(postgres._program("psql")), "-h", str(self.home), "-U", "orch", "-d", "postgres"]
        subprocess.run([*command, "-q", "-c", words], check=True, capture_output=True)
