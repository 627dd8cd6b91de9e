"""A user's own keys: the named file, or those found in orch's key folder, the ssh agent and the ssh folder (docs/adr/0070)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.keys.ed25519 import SigningKey
from orchestrator.adapters.keys.key_folder import read_card
from orchestrator.adapters.keys.pem_signer import LockedPem, open_pem
from orchestrator.adapters.keys.private_file import own_home, private_bytes
from orchestrator.adapters.keys.signer import Signer
from orchestrator.adapters.keys.ssh_programs import agent_keys
from orchestrator.adapters.keys.ssh_signer import Ask, SshSigner, ssh_key_file
from orchestrator.domain.authority.signing import Holder, Keyring, TrustedKey
from orchestrator.errors import NotFound, OrchError, Refused, UsageFault

_ASKS_NOBODY, _AGENT, _ASKS = range(3)
"""The order in which keys are preferred: no question, then the agent, then a passphrase or a touch."""


@dataclass(frozen=True)
class Search:
    """The keys at hand, the easiest first, each once; and why files that look like keys are not among them."""

    signers: tuple[Signer, ...]
    faults: tuple[OrchError, ...] = ()


@dataclass
class _Ranked:
    ranked: dict[str, tuple[int, Signer]] = field(default_factory=dict)
    faults: list[OrchError] = field(default_factory=list)

    def add(self, rank: int, signer: Signer) -> None:
        if signer.key not in self.ranked or rank < self.ranked[signer.key][0]:
            self.ranked[signer.key] = (rank, signer)


def default_file() -> Path:
    """Where `orch keys new` puts a key: $ORCH_KEY, else ~/.config/orch/key.pem."""
    named = os.environ.get("ORCH_KEY")
    return expanded(named) if named else key_home() / "key.pem"


def key_home() -> Path:
    """The folder of this user's own keys."""
    return own_home() / ".config" / "orch"


def card_file(file: Path) -> Path:
    """The file of the public half: beside the private key, such as key.pub.json beside key.pem."""
    return file.with_name(f"{file.stem}.pub.json")


def signers(given: Path | None = None, ask: Ask | None = None) -> tuple[Signer, ...]:
    """The keys that can sign here, the easiest first: the named one alone, else all at hand.

    Nobody is asked anything yet. Raises what is wrong with a named file.
    """
    return search(given, ask).signers


def search(given: Path | None = None, ask: Ask | None = None) -> Search:
    """`signers`, with the reasons why other files are not among them."""
    named = given or (expanded(os.environ["ORCH_KEY"]) if os.environ.get("ORCH_KEY") else None)
    if named is not None:
        return Search((named_signer(named, ask),))
    ranked = _Ranked()
    for file in sorted(key_home().glob("*.pem")):
        _try(ranked, file, ask)
    for public in agent_keys():
        ranked.add(_ASKS if public.in_hardware else _AGENT, SshSigner(public))
    for file in sorted((own_home() / ".ssh").glob("id_*.pub")):
        if file.with_suffix("").is_file():
            _try(ranked, file.with_suffix(""), ask)
    ordered = sorted(ranked.ranked.values(), key=lambda pair: pair[0])
    return Search(tuple(signer for _, signer in ordered), tuple(ranked.faults))


def named_signer(file: Path, ask: Ask | None = None) -> Signer:
    """The key in a file: of orch, of ssh, or the public half of one that is beside it or that the agent holds.

    Raises NotFound, StoreFault, UsageFault, Refused.
    """
    if file.suffix == ".pub":
        card = read_card(file)
        held = next((SshSigner(key) for key in agent_keys() if key.key == card.key), None)
        if held is not None:
            return held
        if not file.with_suffix("").is_file():
            raise NotFound(
                f"No agent holds the key of {file}, and {file.with_suffix('')} is not there; ssh-add -L shows what it holds."
            )
        return named_signer(file.with_suffix(""), ask)
    ssh = ssh_key_file(file, ask)
    if ssh is None:
        return open_pem(file, ask)
    if ssh.locked and any(key.key == ssh.key for key in agent_keys()):
        return SshSigner(next(key for key in agent_keys() if key.key == ssh.key))
    return ssh


def signer_for(
    keyring: Keyring,
    given: Path | None = None,
    *,
    now: datetime,
    ask: Ask | None = None,
    role: str | None = None,
    holder: Holder | None = "person",
) -> Signer:
    """The key to sign with: the named one, else the easiest one at hand that is trusted, and for the role if one of them is.

    `holder`: whose key is asked for; None: anybody's. A named key is not compared with the keyring: what it signs is judged.
    Raises UsageFault, Refused, and what is wrong with a named file.
    """
    at_hand = search(given, ask)
    if given is not None or os.environ.get("ORCH_KEY"):
        return at_hand.signers[0]
    if not keyring.keys:
        return _without_keyring(at_hand, ask)
    trusted = [(signer, keyring.find(signer.key)) for signer in at_hand.signers]
    usable = [
        (signer, key)
        for signer, key in trusted
        if key is not None and _counts(key, now) and holder in (None, key.holder)
    ]
    if not usable:
        raise Refused(_none(at_hand, keyring, now, holder))
    usable = [pair for pair in usable if role is not None and pair[1].serves(role)] or usable
    _refuse_several(usable, keyring)
    return usable[0][0]


def _try(ranked: _Ranked, file: Path, ask: Ask | None) -> None:
    """A file that cannot be used is no reason to stop while there are others."""
    try:
        ranked.add(*_from_file(file, ask))
    except OrchError as fault:
        ranked.faults.append(fault)


def _from_file(file: Path, ask: Ask | None) -> tuple[int, Signer]:
    ssh = ssh_key_file(file, ask)
    if ssh is not None:
        return (_ASKS if ssh.locked or ssh.in_hardware else _ASKS_NOBODY), ssh
    if not SigningKey.is_locked(private_bytes(file)):
        return _ASKS_NOBODY, open_pem(file, None)
    try:
        return _ASKS, LockedPem(file, read_card(card_file(file)), ask)
    except NotFound:
        raise UsageFault(
            f"{file} has a passphrase and no public half beside it; name it with --key."
        ) from None


def _counts(key: TrustedKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires is None or key.expires > now)


def _without_keyring(at_hand: Search, ask: Ask | None) -> Signer:
    """Nobody says here which keys count: the usual file, else the only key at hand."""
    if default_file().is_file():
        return named_signer(default_file(), ask)
    if len(at_hand.signers) > 1:
        places = "; ".join(signer.place for signer in at_hand.signers)
        raise UsageFault(
            f"{len(at_hand.signers)} keys are at hand ({places}), and none is trusted here; name one with --key."
        )
    if not at_hand.signers:
        missing = f"There is no key {default_file()}; make one with orch keys new."
        raise NotFound("\n".join([missing, *map(str, at_hand.faults)]))
    return at_hand.signers[0]


def _refuse_several(usable: Sequence[tuple[Signer, TrustedKey]], keyring: Keyring) -> None:
    first = usable[0][1]
    if all(keyring.one_person(first.person, key.person) for _, key in usable):
        return
    whose = "; ".join(f"{key.person}: {signer.place}" for signer, key in usable)
    raise UsageFault(f"Keys of several people are at hand ({whose}); say who signs with --key FILE.")


def _none(at_hand: Search, keyring: Keyring, now: datetime, holder: Holder | None) -> str:
    """Why no key at hand counts, each by name, and what to do."""
    if not at_hand.signers:
        move = "make one with orch keys new, or take an ssh key that you have; then have it trusted"
        lines = [f"No key is at hand in {key_home()}, the ssh agent or ~/.ssh; {move}."]
    else:
        reasons = "; ".join(_why_not(signer, keyring, now, holder) for signer in at_hand.signers)
        lines = [f"None of your keys counts here: {reasons}."]
    card = next((half for half in map(public_half, at_hand.signers) if half != "FILE"), "FILE")
    whose = "--machine NAME" if holder == "machine" else "--person NAME --role ROLE"
    lines.append(f"The person who decides which keys count runs: orch keys trust {card} {whose}")
    return "\n".join([*lines, *map(str, at_hand.faults)])


def _why_not(signer: Signer, keyring: Keyring, now: datetime, holder: Holder | None) -> str:
    key, name = keyring.find(signer.key), f"{signer.key[:16]} ({signer.place})"
    if key is None:
        return f"{name} is not trusted"
    if key.revoked_at is not None:
        return f"{name} was revoked"
    if not _counts(key, now):
        return f"{name} expired"
    return f"{name} is a key of a {key.holder}, and this is for a {holder}"


def public_half(signer: Signer) -> str:
    """The file to give to whoever trusts keys; `FILE` where this machine has none, as for a key that only an agent holds."""
    file = Path(signer.place)
    halves = (card_file(file), file.with_name(f"{file.name}.pub"))
    return next((str(half) for half in halves if half.is_file()), "FILE")
