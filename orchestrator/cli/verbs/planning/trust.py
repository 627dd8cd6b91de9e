"""`orch trust`: whom the house trusts, as a document that its stewards sign."""

from __future__ import annotations

import json
import secrets
import sys
from datetime import datetime
from pathlib import Path

import click

from orchestrator.adapters.keys.key_folder import KeyFolder, read_card
from orchestrator.adapters.keys.signed_files import write_whole
from orchestrator.adapters.keys.trust_files import HouseTrust, presented, with_signatures
from orchestrator.bootstrap import clock
from orchestrator.cli import wiring
from orchestrator.cli.options import keyring_proposals as proposals
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.keyring_proposals import house_trust
from orchestrator.cli.options.option_values import moment_given, noun_given
from orchestrator.cli.options.signing_key import key_option, own_key
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.verbs.planning.trust_release import release
from orchestrator.domain.authority.keyring_document import KeyringDocument, SignedKeyring, payload
from orchestrator.domain.authority.signing import STEWARD, TrustedKey
from orchestrator.domain.text.format import counted
from orchestrator.errors import Cancelled, NotFound, Refused, UsageFault
from orchestrator.policy.authority.keyring_changes import USUAL_LIFE, change_words
from orchestrator.policy.authority.trust_chain import signers
from orchestrator.policy.authority.trust_words import trust_words

_stewards = click.option(
    "--steward",
    "stewards",
    type=(click.Path(dir_okay=False, path_type=Path), str),
    multiple=True,
    metavar="FILE NAME",
    help="The public half of a steward's key, and the steward's name; may be repeated.",
)
_threshold = click.option("--threshold", type=click.IntRange(min=1), help="How many stewards must sign.")
_expires = click.option(
    "--expires", metavar="WHEN", help="When the keyring ends [default: as long as before, or 365d]."
)
_reason = click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
_yes = click.option("--yes", is_flag=True, help="Sign without asking.")


@click.group()
def trust() -> None:
    """Whom the house trusts: a keyring that stewards sign, whose changes need the old and the new threshold."""


@trust.command()
@_stewards
@_threshold
@_expires
@_reason
@key_option
@_yes
@by_option
def init(
    stewards: tuple[tuple[Path, str], ...],
    threshold: int | None,
    expires: str | None,
    reason: str,
    key: Path | None,
    yes: bool,  # noqa: FBT001
    by: str,
) -> None:
    """Give first trust, once: name the stewards, and how many of them must sign a change.

    Trusted keys in keys/ of the house are taken into the keyring. It is in force when enough stewards have signed it.
    """
    trust_now, now = house_trust(), clock().now()
    trust_now.refuse_second_beginning()
    if not stewards or threshold is None:
        raise UsageFault(
            "Name the stewards and how many must sign: --steward FILE NAME, and --threshold NUMBER."
        )
    end = moment_given(expires, now, "--expires") if expires else now + USUAL_LIFE
    document = noun_given(
        KeyringDocument,
        {
            "house": secrets.token_hex(16),
            "version": 1,
            "made_at": now,
            "expires": end,
            "stewards": _steward_keys(stewards, now, by),
            "threshold": threshold,
            "keys": KeyFolder(wiring.house().place / "keys").keyring().keys,
            "because": reason,
        },
        {"because": "--reason", "stewards": "--steward"},
    )
    file = proposals.keep_proposal(trust_now, SignedKeyring(keyring=document))
    _sign(trust_now, file, key, yes=yes, must=False)


@trust.command()
@_stewards
@click.option(
    "--without", multiple=True, metavar="KEY", help="Leave out the steward with this key, by its beginning."
)
@_threshold
@_expires
@_reason
@by_option
def propose(
    stewards: tuple[tuple[Path, str], ...],
    without: tuple[str, ...],
    threshold: int | None,
    expires: str | None,
    reason: str,
    by: str,
) -> None:
    """Propose a new version of the keyring: other stewards, another threshold, or a later end.

    Whom it trusts is proposed by `orch keys trust` and `orch keys revoke`.
    """
    trust_now, now = house_trust(), clock().now()
    before = _newest(trust_now)
    pending = trust_now.proposal()
    base = pending.keyring if pending is not None and pending.keyring.previous == before.digest else before
    left = [each for each in base.stewards if not any(_begins(each.key, word) for word in without)]
    changes: dict[str, object] = {"stewards": (*left, *_steward_keys(stewards, now, by))}
    if threshold is not None:
        changes["threshold"] = threshold
    if expires is not None:
        changes["expires"] = moment_given(expires, now, "--expires")
    file = proposals.propose(trust_now, before, reason, **changes)
    click.echo(f"Proposed in {file}; nothing has changed yet.")
    for line in change_words(before, proposals.proposal_in(trust_now, file)[1].keyring):
        click.echo(f"  {line}")
    click.echo(f"It takes effect when enough stewards have run: {proposals.SIGN} {file}")


@trust.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@key_option
@_yes
def sign(file: Path | None, key: Path | None, yes: bool) -> None:  # noqa: FBT001 (click calls it)
    """Sign what is proposed, as a steward; it takes effect when enough have signed [default FILE: the house's proposal]."""
    trust_now = house_trust()
    place, _ = proposals.proposal_in(trust_now, file)
    _sign(trust_now, place, key, yes=yes, must=True)


@trust.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
def adopt(files: tuple[Path, ...]) -> None:
    """Take over a proposal that stewards signed elsewhere; FILES are copies of it, with their signatures."""
    trust_now = house_trust()
    copies = [proposals.proposal_in(trust_now, file) for file in files]
    before = trust_now.newest()
    proposals.refuse_out_of_place(before, copies[0][1].keyring, copies[0][0])
    if before is None:
        trust_now.refuse_second_beginning()
    pending = trust_now.proposal()
    if pending is not None and pending.keyring == copies[0][1].keyring:
        copies.append((trust_now.next_file, pending))
    signed = proposals.merged(copies)
    place = proposals.keep_proposal(trust_now, signed)
    click.echo(proposals.take_effect(trust_now, place, signed, before))


@trust.command()
@json_option
def show(as_json: bool) -> None:  # noqa: FBT001 (click calls it)
    """Show where the house is, its keyring, stewards and threshold, and what is proposed."""
    trust_now, now = house_trust(), clock().now()
    in_force, proposal = trust_now.in_force(now), trust_now.proposal()
    if as_json:
        click.echo(
            json.dumps(
                {
                    "house": str(wiring.house().place),
                    "separate": wiring.house().separate,
                    "keyring": in_force.document.model_dump(mode="json") if in_force else None,
                    "digest": in_force.document.digest if in_force else None,
                    "signed_by": list(in_force.signed_by) if in_force else [],
                    "proposed": proposal.keyring.model_dump(mode="json") if proposal else None,
                }
            )
        )
        return
    click.echo(f"House: {wiring.house().words}")
    if in_force is None:
        click.echo("It has no signed keyring: whoever can write its keys/ decides whose signatures count.")
        click.echo(
            "First trust is given once: orch trust init --steward FILE NAME --threshold NUMBER --reason WHY"
        )
    else:
        document = in_force.document
        click.echo(f"In force: {trust_words(in_force)}, until {document.expires:%Y-%m-%d %H:%M} UTC.")
        for steward in document.stewards:
            click.echo(f"  steward {steward.person}, key {steward.key[:16]}, by {steward.trusted_by}")
        click.echo(f"  {counted(len(document.keys), 'key')}: orch keys list")
        proposals.warn_of_end(trust_now)
    if proposal is not None:
        _show_proposal(trust_now, proposal)


@trust.command()
@json_option
def verify(as_json: bool) -> None:  # noqa: FBT001 (click calls it)
    """Verify every version of the keyring, from the first to the newest, and that it is none older than was seen."""
    trust_now = house_trust()
    in_force = trust_now.in_force(clock().now())
    if in_force is None:
        raise NotFound(
            f"There is no signed keyring in {wiring.house().place}; orch trust init makes the first."
        )
    for each in trust_now.chain():
        document = each.signed.keyring
        people = [steward.person for steward in signers(each, document)]
        fields = {
            "version": document.version,
            "digest": document.digest,
            "signed_by": people,
            "because": document.because,
        }
        words = f"version {document.version}: good, signed by {' and '.join(people)}: {document.because}"
        click.echo(json.dumps(fields) if as_json else words)


trust.add_command(release)


def _newest(trust_now: HouseTrust) -> KeyringDocument:
    before = trust_now.newest()
    if before is None:
        raise NotFound(
            f"There is no signed keyring in {wiring.house().place}; orch trust init makes the first."
        )
    return before


def _steward_keys(stewards: tuple[tuple[Path, str], ...], now: datetime, by: str) -> tuple[TrustedKey, ...]:
    keys = []
    for file, person in stewards:
        card = read_card(file)
        of_card = {"key": card.key, "public": card.public, "kind": card.kind}
        words = {"person": person, "roles": (STEWARD,), "trusted_at": now, "trusted_by": by}
        options = {"person": "--steward", "roles": "--steward", "holder": "--steward", "trusted_by": "--by"}
        keys.append(noun_given(TrustedKey, {**of_card, **words}, options))
    return tuple(keys)


def _begins(key: str, word: str) -> bool:
    if len(word) < 8:
        raise UsageFault("Name a key by at least eight digits of its number; orch trust show shows them.")
    return key.startswith(word.lower())


def _sign(trust_now: HouseTrust, file: Path, key: Path | None, *, yes: bool, must: bool) -> None:
    """Sign with this person's key, where it is a steward's; `must`: another key is refused."""
    _, signed = proposals.proposal_in(trust_now, file)
    before = trust_now.newest()
    proposals.refuse_out_of_place(before, signed.keyring, file)
    try:
        signing = own_key(key)
    except NotFound:
        if must:
            raise
        signing = None
    stewards = [*(before.stewards if before else ()), *signed.keyring.stewards]
    mine = next((each for each in stewards if signing is not None and each.key == signing.key), None)
    if mine is None or signing is None:
        if must and signing is not None:
            names = ", ".join(dict.fromkeys(f"{each.person} ({each.key[:16]})" for each in stewards))
            raise Refused(
                f"Your key {signing.key[:16]} is no steward's; nothing was signed. Stewards are {names}."
            )
    else:
        _ask(before, signed.keyring, mine, yes=yes)
        signed = with_signatures(signed, [signing.sign(payload(signed.keyring))])
        write_whole(file, signed)
        click.echo(f"Signed by {mine.person}, key {mine.key[:16]}.")
    click.echo(proposals.take_effect(trust_now, file, signed, before))


def _ask(before: KeyringDocument | None, document: KeyringDocument, mine: TrustedKey, *, yes: bool) -> None:
    for line in change_words(before, document):
        click.echo(line, err=True)
    if not yes and sys.stdin.isatty() and not click.confirm(f"Sign it as {mine.person}?", err=True):
        raise Cancelled("Nothing was signed.")


def _show_proposal(trust_now: HouseTrust, proposal: SignedKeyring) -> None:
    before = trust_now.newest()
    click.echo(f"Proposed, in {trust_now.next_file}:")
    for line in change_words(before, proposal.keyring):
        click.echo(f"  {line}")
    judged = presented(proposal, before)
    names = [each.person for each in signers(judged, proposal.keyring)]
    click.echo(f"  signed by {' and '.join(names) or 'nobody yet'}; stewards run: {proposals.SIGN}")
