"""Proposals for the keyring of the house: made by `orch keys` and `orch trust`, signed by stewards, then in force."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.adapters.keys.key_folder import KeyFolder
from orchestrator.adapters.keys.signed_files import read_noun, write_whole
from orchestrator.adapters.keys.trust_files import LARGEST_KEYRING, NEXT, HouseTrust, with_signatures
from orchestrator.bootstrap import clock, home_of
from orchestrator.cli import wiring
from orchestrator.domain.authority.keyring_document import KeyringDocument, SignedKeyring
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.text.format import counted
from orchestrator.errors import NotFound, Refused, UsageFault
from orchestrator.policy.authority.keyring_changes import next_version
from orchestrator.policy.authority.trust_chain import ends_soon

SIGN = "orch trust sign"


def house_trust() -> HouseTrust:
    """The signed keyring of the house of this command, whether there is one or not."""
    return HouseTrust(wiring.house().place, home_of())


def key_folders(project: Path | None = None) -> tuple[KeyFolder, ...]:
    """The folders of keys: the house's, the home's, then the project's (by default this folder's)."""
    places = dict.fromkeys((wiring.house().place, home_of(), project or Path.cwd()))
    return tuple(KeyFolder(place / "keys") for place in places)


def warn_of_end(trust: HouseTrust) -> None:
    """Say on the error stream that the keyring ends soon."""
    document = trust.newest()
    if document is not None and ends_soon(document, clock().now()):
        click.echo(
            f"warning: the keyring ends at {document.expires:%Y-%m-%d %H:%M} UTC, and then nobody is trusted any more. "
            "Make a new version: orch trust propose --expires 365d --reason WHY",
            err=True,
        )


def keyring(project: Path | None = None) -> Keyring:
    """The keys that count, and what is set aside. Raises PlanFault."""
    from orchestrator.adapters.files.house_rules import roles_of_house

    house = wiring.house().place
    keys = FolderKeys(home_of(), house, named_roles=lambda: roles_of_house(house), now=clock().now)
    return keys.keyring(project or Path.cwd())


def propose(trust: HouseTrust, before: KeyringDocument, because: str, **changes: Any) -> Path:
    """Keep a version with these changes as the proposal; a pending one is changed further, and signed anew.

    Raises UsageFault for a version that makes no sense.
    """
    pending = trust.proposal()
    try:
        document = next_version(
            clock().now(), because, before, pending.keyring if pending is not None else None, **changes
        )
    except ValidationError as error:
        raise UsageFault(f"No keyring can be proposed: {_words(error)}.") from None
    return keep_proposal(trust, SignedKeyring(keyring=document))


def keep_proposal(trust: HouseTrust, signed: SignedKeyring) -> Path:
    """Keep a proposal in the house, or in this folder where this user may not change the house."""
    if trust.writable():
        trust.propose(signed)
        return trust.next_file
    write_whole(Path(NEXT), signed)
    return Path(NEXT).absolute()


def proposal_in(trust: HouseTrust, file: Path | None) -> tuple[Path, SignedKeyring]:
    """The proposal in this file, else the house's, else that of this folder. Raises NotFound, PlanFault."""
    for place in (file,) if file is not None else (trust.next_file, Path(NEXT)):
        if file is not None or place.exists():
            return place, read_noun(place, SignedKeyring, LARGEST_KEYRING)
    raise NotFound(
        "Nothing is proposed; orch trust propose, orch keys trust and orch keys revoke propose a change."
    )


def refuse_out_of_place(before: KeyringDocument | None, document: KeyringDocument, file: Path) -> None:
    """Raises Refused for a proposal that does not follow the newest version."""
    follows = (
        before is None
        if document.previous is None
        else (before is not None and document.previous == before.digest and document.house == before.house)
    )
    if not follows:
        now = f"version {before.version} of house {before.house[:16]}" if before else "no keyring"
        raise Refused(
            f"{file} was made for another keyring than the newest, which is {now}; nothing was signed. "
            "Propose it again: orch trust propose."
        )


def take_effect(trust: HouseTrust, file: Path, signed: SignedKeyring, before: KeyringDocument | None) -> str:
    """Put a proposal in force where enough stewards signed it and the house may be written to; what is so now, in words."""
    old, new = trust.lacking(signed, before)
    document = signed.keyring
    if old or new:
        lacking = [f"{counted(old, 'steward')} of version {before.version}"] if old and before else []
        lacking += [f"{counted(new, 'steward')} of its own"] if new else []
        return (
            f"Version {document.version} waits in {file}: it must be signed by {' and '.join(lacking)} still. "
            f"They run: {SIGN} {file}"
        )
    if not trust.writable():
        return f"Version {document.version} is signed by enough stewards; root puts it in force: orch trust adopt {file}"
    trust.put_in_force(signed, clock().now())
    return f"Version {document.version} of the keyring is in force, in {trust.file}."


def merged(files: Iterable[tuple[Path, SignedKeyring]]) -> SignedKeyring:
    """One proposal with the signatures of all copies. Raises Refused where the copies differ."""
    (first_file, signed), *rest = files
    for file, other in rest:
        if other.keyring != signed.keyring:
            raise Refused(f"{first_file} and {file} are not the same proposal; nothing was changed.")
        signed = with_signatures(signed, other.signatures)
    return signed


def _words(error: ValidationError) -> str:
    """What the first rule that is broken expects, and what to do."""
    first = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    return f"expected {context.get('expected', first['msg'])}; {context.get('next_move', 'correct it')}"
