"""What the leaves of the trees are: stored events with their salt, and the heads of deployments."""

from dataclasses import dataclass

from orchestrator.domain.seal.merkle import leaf_hash

SALT = 16
"""Bytes of salt: whoever has the leaf alone cannot guess what the event said (disposal leaves the leaf)."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event exactly as it is stored; `at`, `kind` and `body` are text, and none but `body` has a line break."""

    deployment: str
    seq: int
    at: str
    version: int
    kind: str
    body: str

    def entry(self, salt: bytes) -> bytes:
        """The entry of its leaf."""
        head = f"orch event 1\n{self.deployment}\n{self.seq}\n{self.at}\n{self.version}\n{self.kind}\n"
        return salt + head.encode("utf-8", "surrogatepass") + self.body.encode("utf-8", "surrogatepass")

    def leaf(self, salt: bytes) -> bytes:
        """The hash of its leaf."""
        return leaf_hash(self.entry(salt))


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a deployment's tree, as the log of the store has it.

    `late`: so many of its first events were there before they were sealed. `breaks`: how often the tree did not fit and
    was begun anew over what was there.
    """

    deployment: str
    size: int
    root: bytes
    late: int = 0
    breaks: int = 0

    @property
    def entry(self) -> bytes:
        """The entry of its leaf in the log."""
        return (
            f"orch head 1\n{self.deployment}\n{self.size}\n{self.root.hex()}\n{self.late}\n{self.breaks}\n"
        ).encode()

    @property
    def leaf(self) -> bytes:
        """The hash of its leaf in the log."""
        return leaf_hash(self.entry)
