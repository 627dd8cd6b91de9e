"""The ports of seals. Their docstrings are their contracts."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from orchestrator.domain.seal.checkpoint import Checkpoint
from orchestrator.domain.seal.entries import Head, StoredEvent
from orchestrator.domain.seal.findings import LastLook, SealFinding, SealLook
from orchestrator.domain.seal.own_keys import OwnKey
from orchestrator.errors import StoreFault

NoteAnswer = Literal["good", "unsigned", "unknown key", "revoked key", "unreadable"]
"""Whether a checkpoint is signed by a key of orch that this home knows."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint and the worth of its signature; None where it cannot be read. `key` is the name of the key."""

    answer: NoteAnswer
    checkpoint: Checkpoint | None = None
    key: str = ""


class SealKeys(ABC):
    """orch's own keys, with which checkpoints are signed; people's keys are elsewhere."""

    @abstractmethod
    def signed(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note, by the key in use, which is made if there is none. Raises StoreFault."""

    @abstractmethod
    def opened(self, note: str, others: Sequence[str] = ()) -> Opened:
        """The checkpoint of a note, verified; `others` are keys of other homes that count as this home's own do.

        Raises StoreFault where the keys cannot be read.
        """

    @abstractmethod
    def own(self) -> tuple[OwnKey, ...]:
        """All keys of this home, the oldest first. Raises StoreFault."""

    @abstractmethod
    def known_keys(self) -> tuple[OwnKey, ...]:
        """The same, and none is made where there is none. Raises StoreFault."""

    @abstractmethod
    def rotate(self, revoke: str | None = None) -> OwnKey:
        """Make a new key, which the one in use introduces; that is revoked where a reason is given. Raises StoreFault."""

    @abstractmethod
    def enveloped(self, statement: bytes) -> bytes:
        """The statement in a DSSE envelope, signed by the key in use, as JSON. Raises StoreFault."""

    @abstractmethod
    def unwrapped(self, envelope: bytes) -> bytes:
        """The statement of an envelope, whoever signed it. Raises ValueError for another form."""

    @abstractmethod
    def signers(self, envelope: bytes, keys: Sequence[OwnKey]) -> frozenset[str]:
        """Those of these keys, as texts, whose good signature the envelope bears."""

    @abstractmethod
    def verifies(self, public: bytes, signature: bytes, content: bytes) -> bool:
        """Whether this Ed25519 key made this signature."""

    @abstractmethod
    def passkey_verifies(self, key: str, public: str, signature: str, content: bytes) -> bool:
        """Whether a person's passkey, its id and its line, made this signature; the same on any machine. Nothing is raised."""

    @abstractmethod
    def mark(self, content: bytes) -> bytes:
        """A mark that only this home can make, under what it caches. Raises StoreFault."""

    @abstractmethod
    def last_look(self) -> LastLook | None:
        """When this home verified the whole store last; None where it never did, or nobody knows."""

    @abstractmethod
    def looked(self, look: LastLook) -> None:
        """Remember that. It is a help and not the state: nothing is raised."""

    @abstractmethod
    def kept(self) -> str:
        """The newest checkpoint that this home has written beside the store; empty where there is none. Raises StoreFault."""

    @abstractmethod
    def keep(self, note: str, *, at_once: bool = False) -> None:
        """Write a checkpoint beside the store, at the latest `at_once`. It is a help and not the state: nothing is raised."""


@dataclass(frozen=True, slots=True)
class LogLook:
    """The log of the store: how often it was begun anew, and what does not fit of it now, whichever deployments rest on it."""

    breaks: int = 0
    size: int = 0
    findings: tuple[SealFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event with the salt of its leaf. Where it was disposed of, both are None and the leaf is left."""

    seq: int
    leaf: bytes
    event: StoredEvent | None
    salt: bytes | None


@dataclass(frozen=True, slots=True)
class SealedEvents:
    """All of one deployment that a sealed record holds: its events, its head, and the proof that the log has it.

    `number` is the head's place in the log; `proof` shows that it is in the tree of `checkpoint`, which is a signed note.
    """

    events: Sequence[SealedEvent]
    head: Head
    number: int
    proof: Sequence[bytes]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class WholeLog:
    """All heads of the log in order, and the signed checkpoint over exactly these."""

    heads: Sequence[Head]
    checkpoint: str


class Seals(ABC):
    """The seals over what is in the store."""

    @abstractmethod
    def looks(self, deployments: Sequence[str]) -> list[SealLook]:
        """Verify the whole tree of each deployment, its head in the log, and once the log's checkpoint. Raises StoreFault.

        Nothing is changed. A deployment that is neither in the journal nor in the log has a single finding, `seal.none`.
        """

    def look(self, deployment: str) -> SealLook:
        """The same of one deployment."""
        return self.looks([deployment])[0]

    @abstractmethod
    def look_alone(self, deployment: str, size: int) -> SealLook:
        """The same of one deployment, without the rows of the log that are about others.

        For its driver, who knows that it has at least `size` events: so an older head is found here, too. Raises StoreFault.
        """

    @abstractmethod
    def log_look(self) -> LogLook:
        """The log alone. Raises StoreFault."""

    @abstractmethod
    def begin_anew(self) -> None:
        """Begin the log anew over the newest head of each deployment; the trees stay as they are. Raises StoreFault."""

    @abstractmethod
    def known(self) -> list[str]:
        """The ids of all deployments that the log or the journal has, sorted; the house's own journal is one of them."""

    @abstractmethod
    def sealed(self, deployment: str) -> SealedEvents | None:
        """What a sealed record of the deployment holds, read in one transaction; None if it is not sealed."""

    @abstractmethod
    def log(self) -> WholeLog | None:
        """The whole log, read in one transaction; None if nothing was ever sealed. Raises StoreFault."""

    @abstractmethod
    def signed_anew(self, change: Callable[[], object]) -> None:
        """Change the keys, and sign the checkpoint with the key that is in use then, as one act.

        Raises StoreFault where the checkpoint does not fit before; then nothing is changed.
        """


class NoSeals(Seals):
    """Nothing is sealed here."""

    def looks(self, deployments: Sequence[str]) -> list[SealLook]:
        """See the port."""
        return [SealLook(name, (SealFinding("seal.none"),)) for name in deployments]

    def look_alone(self, deployment: str, size: int) -> SealLook:
        """See the port."""
        del size
        return self.look(deployment)

    def log_look(self) -> LogLook:
        """See the port."""
        return LogLook()

    def begin_anew(self) -> None:
        """See the port."""

    def known(self) -> list[str]:
        """See the port."""
        return []

    def sealed(self, deployment: str) -> SealedEvents | None:
        """See the port."""
        return None

    def log(self) -> WholeLog | None:
        """See the port."""
        return None

    def signed_anew(self, change: Callable[[], object]) -> None:
        """See the port."""
        change()


class NoSealKeys(SealKeys):
    """There is no key here: nothing is signed, and nothing verified."""

    def signed(self, checkpoint: Checkpoint) -> str:
        """See the port."""
        raise StoreFault(f"There is no key here to sign a checkpoint of {checkpoint.origin} with.")

    def opened(self, note: str, others: Sequence[str] = ()) -> Opened:
        """See the port."""
        return Opened("unknown key" if note else "unreadable")

    def own(self) -> tuple[OwnKey, ...]:
        """See the port."""
        return ()

    def known_keys(self) -> tuple[OwnKey, ...]:
        """See the port."""
        return ()

    def rotate(self, revoke: str | None = None) -> OwnKey:
        """See the port."""
        raise StoreFault(f"There is no key here that another could follow{f' ({revoke})' if revoke else ''}.")

    def enveloped(self, statement: bytes) -> bytes:
        """See the port."""
        raise StoreFault(f"There is no key here to sign {len(statement)} bytes with.")

    def unwrapped(self, envelope: bytes) -> bytes:
        """See the port."""
        raise ValueError(f"no envelope can be read here ({len(envelope)} bytes)")

    def signers(self, envelope: bytes, keys: Sequence[OwnKey]) -> frozenset[str]:
        """See the port."""
        return frozenset()

    def verifies(self, public: bytes, signature: bytes, content: bytes) -> bool:
        """See the port."""
        return False

    def passkey_verifies(self, key: str, public: str, signature: str, content: bytes) -> bool:
        """See the port."""
        return False

    def mark(self, content: bytes) -> bytes:
        """See the port."""
        return b""

    def last_look(self) -> LastLook | None:
        """See the port."""
        return None

    def looked(self, look: LastLook) -> None:
        """See the port."""

    def kept(self) -> str:
        """See the port."""
        return ""

    def keep(self, note: str, *, at_once: bool = False) -> None:
        """See the port."""
