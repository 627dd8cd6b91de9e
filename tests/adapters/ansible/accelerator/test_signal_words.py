"""A module that a signal ends is told of in the words that the shell has, which would have started it."""

from __future__ import annotations

import subprocess

import pytest

from orchestrator.adapters.ansible.accelerator.on_host.loop import signal_words


@pytest.mark.parametrize("name", ["SEGV", "KILL", "TERM", "HUP", "ABRT", "INT", "PIPE", "USR1"])
def test_the_words_are_those_of_the_shell(name: str) -> None:
    line = f"ulimit -c 0; sh -c 'kill -{name} $$'; :"
    shell = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    child = subprocess.run(["sh", "-c", f"ulimit -c 0; kill -{name} $$"], check=False)
    assert signal_words(-child.returncode) == shell.stderr


def test_a_module_that_ends_itself_has_none() -> None:
    assert [signal_words(code << 8) for code in (0, 1, 139)] == ["", "", ""]


def test_a_core_is_told_of() -> None:
    assert signal_words(0x8B) == "Segmentation fault (core dumped)\n"
