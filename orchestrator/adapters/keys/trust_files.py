"""The keyring document in files of a house, and what a home remembers of it.

`trust.json` is the newest version, `trust.past/` has those before it, `trust.next.json` is a proposal that stewards sign.
A home keeps the newest version that it saw in `trust.seen.json`.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.keys.ed25519 import verify
from orchestrator.adapters.keys.signed_files import is_there, read_noun, write_whole
from orchestrator.domain.authority.keyring_document import (
    KeyringDocument,
    PresentedKeyring,
    SignedKeyring,
    TrustFinding,
    TrustInForce,
    TrustPin,
    payload,
)
from orchestrator.domain.authority.signing import Keyring, Signature
from orchestrator.errors import Conflict, Fault, PlanFault, StoreFault
from orchestrator.policy.authority.trust_chain import chain_findings, in_force, missing, pin_findings
from orchestrator.policy.authority.trust_words import EXPECTED, finding_words

LARGEST_KEYRING = 8 * 1024 * 1024
NEWEST, NEXT, PAST, SEEN = "trust.json", "trust.next.json", "trust.past", "trust.seen.json"


def presented(signed: SignedKeyring, before: KeyringDocument | None) -> PresentedKeyring:
    """The document with the keys of its good signatures, by stewards of its own or of the version before."""
    stewards = {
        key.key: key for document in (before, signed.keyring) if document for key in document.stewards
    }
    ring, text = Keyring(keys=tuple(stewards.values())), payload(signed.keyring)
    good = (s.key for s in signed.signatures if verify(ring, s, text) == "good")
    return PresentedKeyring(signed=signed, good=tuple(dict.fromkeys(good)))


def with_signatures(signed: SignedKeyring, more: Iterable[Signature]) -> SignedKeyring:
    """The document with further signatures; the first of each key stays unless a later one differs."""
    by_key = {signature.key: signature for signature in (*signed.signatures, *more)}
    return signed.model_copy(update={"signatures": tuple(by_key.values())})


class HouseTrust:
    """The signed keyring of the house in `place`, as the home sees it."""

    def __init__(self, place: Path, home: Path) -> None:
        self._place = place
        self._seen = home / SEEN

    @property
    def file(self) -> Path:
        """The file of the newest version."""
        return self._place / NEWEST

    @property
    def next_file(self) -> Path:
        """The file of the proposal."""
        return self._place / NEXT

    def in_force(self, now: datetime) -> TrustInForce | None:
        """The version in force, which the home remembers; None where the house has no signed keyring and never had one.

        Raises PlanFault with every reason why it is not in force.
        """
        chain, pin = self.chain(), self.pin()
        if not chain:
            if pin is not None:
                self._gone(pin)
            return None
        answer = in_force(chain, pin, now)
        if not isinstance(answer, TrustInForce):
            raise PlanFault(self._fault(finding) for finding in answer)
        if pin is None or pin.version < answer.document.version:
            self.remember(answer.pin)
        return answer

    def newest(self) -> KeyringDocument | None:
        """The newest version, also where it has ended: the next one is made from it. Raises PlanFault."""
        chain, pin = self.chain(), self.pin()
        if not chain:
            if pin is not None:
                self._gone(pin)
            return None
        wrong = (*chain_findings(chain), *pin_findings(chain, pin))
        if wrong:
            raise PlanFault(self._fault(finding) for finding in wrong)
        return chain[-1].signed.keyring

    def chain(self) -> tuple[PresentedKeyring, ...]:
        """Every version from the first to the newest, with its signatures verified; empty where there is none."""
        if not is_there(self.file) and not is_there(self._place / PAST):
            return ()
        newest = read_noun(self.file, SignedKeyring, LARGEST_KEYRING)
        past = [read_noun(file, SignedKeyring, LARGEST_KEYRING) for file in self._past()]
        earlier = [signed for signed in past if signed.keyring.version < newest.keyring.version]
        versions = [*sorted(earlier, key=lambda signed: signed.keyring.version), newest]
        before = [None, *(signed.keyring for signed in versions[:-1])]
        return tuple(presented(signed, document) for signed, document in zip(versions, before, strict=True))

    def pin(self) -> TrustPin | None:
        """The newest version that the home has seen."""
        return read_noun(self._seen, TrustPin) if is_there(self._seen) else None

    def remember(self, pin: TrustPin) -> None:
        """Keep a version as the newest that was seen; a home that cannot be written to remembers nothing."""
        with suppress(StoreFault):
            write_whole(self._seen, pin)

    def proposal(self) -> SignedKeyring | None:
        """The version that waits for signatures. Raises PlanFault."""
        return read_noun(self.next_file, SignedKeyring, LARGEST_KEYRING) if is_there(self.next_file) else None

    def propose(self, signed: SignedKeyring) -> None:
        """Keep a version that waits for signatures. Raises StoreFault."""
        write_whole(self.next_file, signed)

    def lacking(self, signed: SignedKeyring, before: KeyringDocument | None) -> tuple[int, int]:
        """How many people must sign still: of the stewards of the version in force, and of its own."""
        judged = presented(signed, before)
        return missing(judged, before) if before is not None else 0, missing(judged, signed.keyring)

    def put_in_force(self, signed: SignedKeyring, now: datetime) -> None:
        """Make this the newest version, and keep the one before.

        Raises PlanFault, and changes nothing, where it would not be in force; StoreFault.
        """
        chain = self.chain()
        before = chain[-1].signed.keyring if chain else None
        answer = in_force((*chain, presented(signed, before)), self.pin(), now)
        if not isinstance(answer, TrustInForce):
            raise PlanFault(self._fault(finding) for finding in answer)
        if self.file.exists():
            newest = read_noun(self.file, SignedKeyring, LARGEST_KEYRING)
            write_whole(self._place / PAST / f"{newest.keyring.version:05}.json", newest)
        write_whole(self.file, signed)
        self.remember(answer.pin)
        if self.next_file.exists():
            self.next_file.unlink()

    def refuse_second_beginning(self) -> None:
        """Raises Conflict where there is a keyring, or the home has seen one: first trust is given once."""
        pin = self.pin()
        if self.file.exists() or pin is not None:
            seen = f"version {pin.version} of house {pin.house[:16]}" if pin is not None else str(self.file)
            raise Conflict(
                f"There is a keyring already ({seen}); first trust is given once. To change it: "
                "orch trust propose --reason WHY."
            )

    def writable(self) -> bool:
        """Whether this process may change the house."""
        return os.access(self._place, os.W_OK)

    def _past(self) -> Iterator[Path]:
        folder = self._place / PAST
        if folder.exists():
            try:
                yield from sorted(folder.iterdir())
            except OSError as error:
                raise StoreFault(f"{folder} cannot be read: {error.strerror}.") from None

    def _gone(self, pin: TrustPin) -> None:
        finding = f"no file; this home has seen version {pin.version} of house {pin.house[:16]}"
        move = "put back the newest version, from a copy of the house"
        raise PlanFault([Fault(str(self.file), None, "", EXPECTED, finding, move)])

    def _fault(self, finding: TrustFinding) -> Fault:
        words, move = finding_words(finding)
        return Fault(str(self.file), None, finding.code, EXPECTED, words, move)
