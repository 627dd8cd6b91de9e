"""What ssh is told when it asks for a password, and where that password is."""

import os
import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.ssh.askpass import AskPass

PASSWORD = "tall Ships' & $eas"
PROMPTS = {
    "deploy@192.0.2.1's password: ": PASSWORD + "\n",
    "(deploy@web1) Password: ": PASSWORD + "\n",
    "Enter passphrase for key '/home/li/.ssh/id_ed25519': ": "",
    "Confirm user presence for key ED25519-SK": "",
    "Are you sure you want to continue connecting (yes/no/[fingerprint])? ": "",
}


def asked(ask: AskPass, prompt: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ask.program, prompt],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )


@pytest.mark.parametrize("prompt", PROMPTS)
def test_only_a_password_is_answered(prompt: str) -> None:
    ask = AskPass(PASSWORD)
    try:
        assert asked(ask, prompt).stdout == PROMPTS[prompt]
    finally:
        ask.close()


def test_it_is_in_no_environment_and_in_no_program_and_gone_after() -> None:
    ask = AskPass(PASSWORD)
    assert PASSWORD not in Path(ask.program).read_text()
    assert PASSWORD not in str(ask.environment())
    assert len(held_in_memory()) == 2
    ask.close()
    assert held_in_memory() == []


def held_in_memory() -> list[str]:
    """The descriptors of this process that hold a password, or the program that gives it; their numbers are used again."""
    links = (link for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return [str(link) for link in links if "orch-ask" in str(link.readlink())]
