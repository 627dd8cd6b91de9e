"""Follows what a command line says while it becomes another user, as Ansible's ssh does; decides, and sends nothing."""

from __future__ import annotations

from enum import Enum

from orchestrator.adapters.ansible.accelerator.requests import INCORRECT, MISSING, PROMPT, SUCCESS, Dialogue


class Next(Enum):
    """What is to be done."""

    WAIT = "wait"
    SEND_PASSWORD = "send the password"  # noqa: S105 - no password
    GO_ON = "go on"
    REFUSED = "refused"


class Talk:
    """Lines of both outputs; prompts and the mark of success are taken out of what is kept."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self.rest = {"out": b"", "err": b""}
        self.kept = {"out": b"", "err": b""}
        self.answered = dialogue.password is None
        self.kind = ""

    def hear(self, source: str, piece: bytes) -> Next:
        """Take a piece of `out` or `err`."""
        kinds = list(self._kinds(source, piece))
        if SUCCESS in kinds:
            return Next.GO_ON
        for kind in kinds:
            if kind in (INCORRECT, MISSING):
                self.kind = kind
                return Next.REFUSED
        if PROMPT not in kinds:
            return Next.WAIT
        if self.answered:
            self.kind = MISSING if self.dialogue.password is None else INCORRECT
            return Next.REFUSED
        self.answered = True
        return Next.SEND_PASSWORD

    def _kinds(self, source: str, piece: bytes) -> list[str]:
        lines = (self.rest[source] + piece).splitlines(keepends=True)
        self.rest[source] = b""
        kinds = []
        for place, line in enumerate(lines):
            kind = self.dialogue.kind_of(line)
            kinds.append(kind)
            if kind in (PROMPT, SUCCESS):
                continue
            if place == len(lines) - 1 and not line.endswith(b"\n"):
                self.rest[source] = line
            else:
                self.kept[source] += line
        return kinds

    def left(self, source: str) -> bytes:
        """All that is neither prompt nor mark."""
        return self.kept[source] + self.rest[source]
