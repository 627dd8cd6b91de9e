"""Checkpoints as C2SP has them (c2sp.org/tlog-checkpoint): the head of a tree at one moment, as a text to sign."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the tree that `origin` names; `more` are lines of extension."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), _base64(self.root), *self.more))

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """The checkpoint that a text holds. Raises ValueError for another form."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise ValueError("no checkpoint: origin, size and hash, a line each, are one")
        root = b64decode(lines[2], validate=True)
        if len(root) != 32 or _base64(root) != lines[2] or not all(lines[3:-1]):
            raise ValueError("no checkpoint: its hash is no SHA-256 in base64, or an extension is empty")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:-1]))

    def extension(self, name: str) -> str | None:
        """What the line of extension says that begins with this word."""
        return next((line[len(name) + 1 :] for line in self.more if line.startswith(f"{name} ")), None)


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
