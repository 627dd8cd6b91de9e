"""Signed decisions: approve, reject, sign-off, review; shown and confirmed in a terminal, also as files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from orchestrator.adapters.keys.key_folder import read_card
from orchestrator.adapters.keys.own_keys import card_file
from orchestrator.adapters.keys.signed_files import write_whole
from orchestrator.adapters.keys.signer import Signer
from orchestrator.adapters.keys.statements import new_nonce
from orchestrator.bootstrap import clock
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.option_values import moment_given, noun_given
from orchestrator.cli.options.signing_key import key_option, own_signer
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.verbs.planning.decision import SpokenWord, digest_of_other, report
from orchestrator.cli.verbs.planning.git_words import Asked, word_in_git
from orchestrator.cli.verbs.planning.handed_in import take_files
from orchestrator.cli.views.outline import print_outline
from orchestrator.cli.wiring import ports_to_act as ports_of_home
from orchestrator.cli.wiring import server_url
from orchestrator.domain.authority.approval import ApprovalStatement, Decision, SignedApproval
from orchestrator.domain.authority.signing import Keyring
from orchestrator.domain.journal.events import ApprovalGiven
from orchestrator.domain.text.command_word import command_word
from orchestrator.engine.lookup.deployment_lookup import find_to_change
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.signed_words import give, open_session, take_in
from orchestrator.errors import Cancelled, OrchError, Refused, UsageFault
from orchestrator.policy.authority.approval_outline import approval_outline
from orchestrator.policy.authority.late_backout import backout_digest
from orchestrator.policy.authority.word_checks import approval_words

OPTIONS = {
    "role": "--as",
    "plan_digest": "--plan-digest",
    "overrides": "--override",
    "hosts": "--concede",
    "subject": "DEPLOYMENT",
}
USUAL = "30d"


_from_commit = click.option(
    "--from-commit",
    metavar="REF",
    help="Take the decision from this signed commit or tag of the project, in place of --reason and a key.",
)


def _signing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every signed decision."""
    path = click.Path(dir_okay=False, path_type=Path)
    options: list[Callable[[Callable[..., Any]], Callable[..., Any]]] = [
        click.argument("deployment", required=False),
        click.option("--as", "role", metavar="ROLE", help="Your role in this decision."),
        click.option("--reason", type=WORDS, help="Your reason, for the record; the signature covers it."),
        key_option,
        click.option("--person", help="Your name, when no key folder on this machine has it."),
        click.option(
            "--expires",
            metavar="WHEN",
            help="When it expires [default: as late as the policy allows].",
        ),
        click.option(
            "--plan-digest", metavar="DIGEST", help="Sign for this effective plan, without its journal."
        ),
        click.option(
            "--out", type=path, help="Write the signed decision to this file, and nothing to a journal."
        ),
        click.option(
            "--file",
            "files",
            multiple=True,
            type=path,
            help="Put a signed decision from a file on its journal.",
        ),
        click.option("--yes", is_flag=True, help="Sign without asking for confirmation."),
        by_option,
        json_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.option(
    "--override", "overrides", metavar="NAME", help="Override this freeze, or `window`, and approve nothing."
)
@_from_commit
@click.option(
    "--roll-back", "rolls_back", is_flag=True, help="Agree that a completed deployment is taken back."
)
@click.option(
    "--with",
    "playbook",
    metavar="PLAYBOOK",
    help="With --roll-back: agree to this backout playbook instead of the approved one.",
)
@click.option(
    "--concede",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="Concede that a held deployment goes on without this host. May be repeated.",
)
@_signing
def approve(
    overrides: str | None,
    rolls_back: bool,  # noqa: FBT001
    playbook: str | None,
    hosts: tuple[str, ...],
    **options: Any,
) -> int:
    """Approve DEPLOYMENT in a role, by signing its effective plan with your key.

    Offline, --out FILE writes the signed approval (with --plan-digest it needs no journal). On the other machine, --file
    FILE puts it on the journal. With --from-commit REF what counts is a commit or tag that its author signed with an ssh key,
    and whose last lines have `Orch-Approve: DIGEST as ROLE`, with the digest of the effective plan.
    """
    if (overrides is not None) + rolls_back + bool(hosts) > 1:
        raise UsageFault(
            "--override, --roll-back and --concede are decisions of their own: give one of them."
        )
    if playbook is not None and not rolls_back:
        raise UsageFault("--with names another backout playbook, for --roll-back.")
    decision: Decision = "override" if overrides is not None else "concede" if hosts else "approve"
    word = SpokenWord(overrides=overrides, hosts=hosts, playbook=playbook, **options)
    return _say("roll_back" if rolls_back else decision, word)


@click.command()
@_from_commit
@_signing
def reject(**options: Any) -> int:
    """Reject DEPLOYMENT in a role, signed with your key; it stands until you approve."""
    return _say("reject", SpokenWord(**options))


@click.command(name="sign-off")
@_signing
def sign_off(**options: Any) -> int:
    """Accept the result of DEPLOYMENT in a role. Early life support ends when all roles have, and its minimum is over."""
    return _say("sign_off", SpokenWord(**options))


@click.command()
@_signing
def review(**options: Any) -> int:
    """Record that you reviewed the emergency DEPLOYMENT in a role."""
    return _say("review", SpokenWord(**options))


def _say(decision: Decision, word: SpokenWord) -> int:
    if word.files and (word.overrides is not None or word.hosts):
        raise UsageFault("--file takes a decision as it was signed; omit every option of another one.")
    if word.files:
        return take_files(ports_of_home(), word)
    if word.from_commit is not None:
        return take_commit(ports_of_home(), decision, word, word.from_commit)
    if word.deployment is None or not word.role or not word.reason:
        raise UsageFault(
            "Name the deployment, --as ROLE and --reason TEXT; or --file FILE for a decision signed elsewhere."
        )
    if word.plan_digest is not None:
        return _without_journal(decision, word)
    if server_url() is not None:
        return _sign_for_server(ports_of_home(), decision, word)
    return sign(ports_of_home(), decision, word)


def sign(ports: Ports, decision: Decision, word: SpokenWord) -> int:
    """Show the subject, sign the decision, and put it on the journal or into a file."""
    d = find_to_change(ports, word.deployment)
    session = open_session(ports, d, digest_of_other(ports, d, word.playbook))
    question = session.question
    if not word.as_json:
        print_outline(approval_outline(d, question))
    key = own_signer(question.keyring, word.key, role=word.role)
    trusted = question.keyring.find(key.key)
    person = word.person or (trusted.person if trusted is not None else None) or _person_beside(key)
    usual = f"{question.policy.approvals.valid_for:.0f}s"
    digest = question.backout if decision == "roll_back" else question.effective.digest
    unsigned = _approval(decision, word, d.id, digest, key, person, usual, ports.clock.now())
    signed = key.approve(unsigned)
    session = take_in(ports, session, [signed])
    objections = session.objections([signed])
    if objections:
        raise Refused("\n".join([*objections[signed], f"Nothing was put on the journal of {d.id}."]))
    _ask(signed, word)
    if word.out is not None:
        return _written(word.out, signed, word)
    after = give(ports, session, [signed], by=word.by)
    return report(after, [signed], as_json=word.as_json, playbook=word.playbook)


def _sign_for_server(ports: Ports, decision: Decision, word: SpokenWord) -> int:
    """Sign here what the server holds, and hand it in there; the server has the policies, and judges."""
    d = find_to_change(ports, word.deployment)
    if d.authority.effective is None or word.playbook is not None or word.out is not None:
        raise UsageFault(
            f"This decision is signed where the journal of {d.id} is: run it there without --server."
        )
    keyring = ports.keys.keyring(Path(d.project))
    key = own_signer(keyring, word.key, role=word.role)
    trusted = keyring.find(key.key)
    person = word.person or (trusted.person if trusted is not None else None)
    policy = d.authority.policy
    usual = f"{policy.approvals.valid_for:.0f}s" if policy is not None else USUAL
    digest = backout_digest(d) if decision == "roll_back" else d.authority.effective.digest
    signed = key.approve(_approval(decision, word, d.id, digest, key, person, usual, ports.clock.now()))
    _ask(signed, word)
    event = ApprovalGiven(signed=signed, by=word.by)
    ports.journal.append(d.id, d.seq, [event])
    click.echo(f"{d.id}: {approval_words(signed)}.")
    return 0


def _without_journal(decision: Decision, word: SpokenWord) -> int:
    if word.out is None:
        raise UsageFault("--plan-digest signs without a journal; name the file to write with --out FILE.")
    key = own_signer(Keyring(), word.key)
    person = word.person or _person_beside(key)
    subject, digest = word.deployment or "", word.plan_digest or ""
    unsigned = _approval(decision, word, subject, digest, key, person, USUAL, clock().now())
    signed = key.approve(unsigned)
    _ask(signed, word)
    return _written(word.out, signed, word)


def _approval(  # noqa: PLR0913, PLR0917 - each is a part of the statement
    decision: Decision,
    word: SpokenWord,
    subject: str,
    digest: str,
    key: Signer,
    person: str | None,
    usual: str,
    now: datetime,
) -> ApprovalStatement:
    if person is None:
        raise UsageFault(
            f"Key {key.key[:16]} is trusted for nobody here; say who you are with --person NAME."
        )
    return noun_given(
        ApprovalStatement,
        {
            "decision": decision,
            "role": word.role,
            "person": person,
            "key": key.key,
            "plan_digest": digest,
            "subject": subject,
            "reason": word.reason,
            "overrides": word.overrides,
            "hosts": word.hosts,
            "made_at": now,
            "expires": moment_given(word.expires or usual, now, "--expires"),
            "nonce": new_nonce(),
        },
        OPTIONS,
    )


def _ask(signed: SignedApproval, word: SpokenWord) -> None:
    """Ask for a yes in a terminal before signing."""
    statement = signed.approval
    if word.yes or not sys.stdin.isatty():
        return
    click.echo(
        f"You sign, as {statement.person} in the role {statement.role}, for {statement.subject}:", err=True
    )
    what = "backout" if statement.decision == "roll_back" else "effective plan"
    click.echo(f"  {approval_words(signed)}\n  {what} {statement.plan_digest}", err=True)
    click.echo(f"  counts until {statement.expires:%Y-%m-%d %H:%M} UTC, once", err=True)
    if not click.confirm("Is this what you want to sign?", err=True):
        raise Cancelled("Nothing was signed.")


def _written(file: Path, signed: SignedApproval, word: SpokenWord) -> int:
    write_whole(file, signed, fresh=True)
    if word.as_json:
        click.echo(signed.model_dump_json(ensure_ascii=True))
        return 0
    click.echo(f"{file}: {approval_words(signed)}.")
    other = f" --roll-back --with {command_word(word.playbook)}" if word.playbook is not None else ""
    command = f"orch approve --file {command_word(file.name)}{other}"
    click.echo(f"On a machine with the journal of {signed.approval.subject}, run: {command}")
    return 0


def take_commit(ports: Ports, decision: Decision, word: SpokenWord, reference: str) -> int:
    """Put a decision that was signed in git on the journal of its deployment."""
    given = (word.reason, word.key, word.person, word.expires, word.plan_digest, word.out, word.overrides)
    if word.deployment is None or not word.role or any(given) or decision not in ("approve", "reject"):
        raise UsageFault(
            "--from-commit takes a decision as it was signed: name the deployment and --as ROLE, and nothing else."
        )
    d = find_to_change(ports, word.deployment)
    session = open_session(ports, d)
    if not word.as_json:
        print_outline(approval_outline(d, session.question))
    question = session.question
    asked = Asked(decision, word.role, d.id, question.effective.digest)
    signed = word_in_git(Path(d.project), reference, asked, question.keyring)
    after = give(ports, take_in(ports, session, [signed]), [signed], by=word.by)
    return report(after, [signed], as_json=word.as_json)


def _person_beside(key: Signer) -> str | None:
    """The person that the public half beside the private key names."""
    try:
        card = read_card(card_file(Path(key.place)))
    except OrchError:
        return None
    return card.person if card.key == key.key else None
