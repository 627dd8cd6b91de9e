"""What a plugin of become takes a line of output for, so that the channel answers as Ansible's ssh connection would."""

from __future__ import annotations

import gettext
from typing import Any, NamedTuple

from orchestrator.adapters.ansible.accelerator import channel

BEYOND_TIMEOUT = 2
"""Seconds that Ansible waits longer for a prompt than it waits for a connection."""


class Words(NamedTuple):
    """The words of one become."""

    success: bytes
    incorrect: tuple[bytes, ...]
    missing: tuple[bytes, ...]
    prompts: Any = None
    """Whether a line is a prompt; None where no password is known."""

    def kind_of(self, line: bytes) -> str:
        """`prompt`, `success`, `incorrect`, `missing`, or nothing of these."""
        if self.prompts is not None and self.prompts(line):
            return "prompt"
        if self.success and self.success in line.rstrip():
            return "success"
        if any(word in line for word in self.incorrect):
            return "incorrect"
        return "missing" if any(word in line for word in self.missing) else ""


def dialogue_of(connection: Any) -> Any:
    """How the become of a connection speaks; None without one."""
    become = connection.become
    if become is None or not become.success:
        return None
    password = password_of(connection)
    words = Words(
        success=str(become.success).encode(),
        incorrect=_translated(become.name, become.fail),
        missing=_translated(become.name, become.missing),
        prompts=None if password is None else become.check_password_prompt,
    )
    limit = float(connection.get_option("timeout") or connection._play_context.timeout)
    return channel.Dialogue(words.kind_of, password, limit + BEYOND_TIMEOUT)


def password_of(connection: Any) -> bytes | None:
    """The password that become may be asked for; None where it is not to be asked for one."""
    become = connection.become
    if become is None or not become.expect_prompt():
        return None
    word = become.get_option("become_pass", playcontext=connection._play_context) or ""
    return str(word).encode("utf-8", "surrogateescape")


def _translated(name: str, words: tuple[str, ...]) -> tuple[bytes, ...]:
    """As hosts of this machine's language say it, as Ansible's own plugins look for it."""
    return tuple(gettext.dgettext(name, word).encode("utf-8", "surrogateescape") for word in words)
