"""A real sshd on the loopback interface, with a host key and a login key of its own."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from orchestrator.domain.plan.target import Target

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))


class Loopback(NamedTuple):
    """Where it listens, and its files."""

    port: int
    folder: Path
    address: str = "127.0.0.1"

    def target(self, host: str = "web1", *, python: str = "/usr/bin/python3") -> Target:
        """A host of that name that is this machine."""
        return Target(
            host=host,
            address=self.address,
            port=self.port,
            user=os.environ.get("USER", "root") if os.geteuid() else "root",
            private_key=str(self.folder / "id"),
            known_hosts=str(self.folder / "known_hosts"),
            python=python,
        )


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_key(path: Path, *, passphrase: str = "") -> str:
    """A new ed25519 key; its public half."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", path], check=True
    )
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])


def pin(folder: Path, port: int, key: str, address: str = "127.0.0.1") -> None:
    """Make this the host's only pinned key."""
    (folder / "known_hosts").write_text(f"[{address}]:{port} {key}\n")


@contextmanager
def loopback_sshd(
    folder: Path, *, certified_by: Path | None = None, address: str = "127.0.0.1", settings: str = ""
) -> Iterator[Loopback]:
    """Start it, and end it with the block. `certified_by`: whose certificates it shows as web1, and lets in.

    `settings`: lines of its configuration that stand over the usual ones.
    """
    if SSHD is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs sshd.")
        pytest.skip("sshd is not installed")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    pin(folder, port, make_key(folder / "host_key"), address)
    (folder / "authorized_keys").write_text(make_key(folder / "id") + "\n")
    (folder / "sshd_config").write_text(
        f"{settings}\nPort {port}\nListenAddress {address}\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nPermitRootLogin prohibit-password\n"
        "MaxStartups 100\n" + ("" if certified_by is None else _certificates(folder, certified_by))
    )
    with subprocess.Popen(
        [SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL
    ) as daemon:
        try:
            _wait_for(address, port, daemon)
            yield Loopback(port, folder, address)
        finally:
            daemon.terminate()


def _certificates(folder: Path, authority: Path) -> str:
    """Sign the host key for web1; what sshd's configuration says of it and of certificates of users."""
    words = ["-q", "-s", str(authority), "-I", "host", "-h", "-n", "web1", f"{folder}/host_key.pub"]
    subprocess.run(["ssh-keygen", *words], check=True)
    return f"HostCertificate {folder}/host_key-cert.pub\nTrustedUserCAKeys {authority}.pub\n"


def _wait_for(address: str, port: int, daemon: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert daemon.poll() is None, "sshd ended at once"
        try:
            socket.create_connection((address, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("sshd does not listen")


@contextmanager
def greets(words: bytes | None) -> Iterator[int]:
    """A server that says this and then nothing; None: it closes at once."""
    wires: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            while True:
                try:
                    wire, _ = server.accept()
                except OSError:
                    return
                if words is None:
                    wire.close()
                    continue
                wires.append(wire)
                wire.sendall(words)

        threading.Thread(target=greet, daemon=True).start()
        yield server.getsockname()[1]
        for wire in wires:
            wire.close()
