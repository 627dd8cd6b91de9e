"""A real ssh agent, and real key files of ssh."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def ssh_keygen(file: Path, kind: str = "ed25519", passphrase: str = "", *more: str) -> Path:
    """A new private key file with its public half; the path of the public half."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "li@desk", "-f", str(file), *more]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return file.with_name(f"{file.name}.pub")


@contextmanager
def ssh_agent(folder: Path) -> Iterator[Path]:
    """An agent of its own, ended by its process id; its socket."""
    socket = folder / "agent"
    answer = subprocess.run(
        ["ssh-agent", "-a", str(socket)], check=True, capture_output=True, text=True
    ).stdout
    match = re.search(r"SSH_AGENT_PID=(\d+)", answer)
    assert match is not None
    try:
        yield socket
    finally:
        os.kill(int(match[1]), signal.SIGTERM)


def ssh_add(socket: Path, file: Path) -> None:
    """Put a key that has no passphrase into the agent."""
    environment = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
    subprocess.run(["ssh-add", "-q", str(file)], check=True, env=environment, capture_output=True)
