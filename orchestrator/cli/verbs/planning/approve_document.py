"""`orch model approve` and `orch policy approve`: a person signs that a model or policy is approved, as exactly this file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from orchestrator.adapters.files.policy_file import policies_in
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.document_desk import DocumentDesk
from orchestrator.cli.options.option_values import noun_given
from orchestrator.cli.options.rule_files import Shelf, project_option
from orchestrator.cli.options.signing_key import key_option, own_signer
from orchestrator.cli.options.words_option import WORDS
from orchestrator.domain.authority.document_approval import (
    DocumentStatement,
    PresentedDocument,
    SignedDocument,
)
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.document_control import DocumentFile, DocumentKind
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import Cancelled, Refused, UsageFault
from orchestrator.policy.authority.document_standing import approving_roles, standing_of, unsignable

N = TypeVar("N", bound=Noun)
_OPTIONS = {"role": "--as", "reason": "--reason"}


def approving(
    what: DocumentKind,
    shelf: Callable[[Path | None], Shelf[N]],
    document: Callable[[LoadedFile[N]], DocumentFile],
    roles: Callable[[LoadedFile[N]], Sequence[str]] = lambda loaded: (),
) -> click.Command:
    """The command that approves files of this kind. `roles`: those in which such a file must be approved."""

    @click.command(name="approve", help=_HELP.format(what=what, name=what.upper()))
    @click.argument("name", metavar=what.upper())
    @click.option(
        "--reason", type=WORDS, required=True, help="The reason, for the record; the signature covers it."
    )
    @click.option(
        "--as", "role", metavar="ROLE", help="Your role in this [default: the one that is asked for]."
    )
    @key_option
    @project_option
    @click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the approval to this file, for somebody who may write beside the other.",
    )
    @click.option("--yes", is_flag=True, help="Sign without asking for confirmation.")
    @json_option
    def approve(  # noqa: PLR0913, PLR0917 (click calls it)
        name: str,
        reason: str,
        role: str | None,
        key: Path | None,
        project: Path | None,
        out: Path | None,
        yes: bool,  # noqa: FBT001
        as_json: bool,  # noqa: FBT001
    ) -> None:
        loaded, desk = shelf(project).named(name), DocumentDesk(project)
        file, asked = document(loaded), roles(loaded)
        refusal = unsignable(file, desk.ports.clock.now())
        if refusal is not None:
            raise Refused(f"{file.title} in {file.file}: {refusal} Nothing was signed.")
        signed = _signed(file, desk, key, role, reason, asked)
        _refuse_worthless(file, signed, desk, asked)
        if not yes:
            _ask(signed.document, file)
        _write(file, signed, out, as_json=as_json)

    return approve


_HELP = """Approve {name} (a name, NAME@VERSION, or a file), by signing exactly this file with your key.

The approval is written beside the file, as FILE.approval. It counts until the file changes, its key is revoked, or
`valid_until` is over. Whoever wrote the {what} cannot approve it. Signed anew, it is reviewed."""


def _signed(
    file: DocumentFile,
    desk: DocumentDesk,
    key: Path | None,
    role: str | None,
    reason: str,
    asked: Sequence[str],
) -> SignedDocument:
    signer = own_signer(desk.keyring, key, role=role)
    trusted = desk.keyring.find(signer.key)
    if trusted is None:
        raise UsageFault(f"Key {signer.key[:16]} is trusted for nobody here; orch keys list shows which are.")
    fields = {
        "what": file.what,
        "name": file.name,
        "version": file.version,
        "sha256": file.sha256,
        "person": trusted.person,
        "role": role or _role_of(trusted, asked or _roles_of_policies(desk)),
        "key": signer.key,
        "reason": reason,
        "made_at": desk.ports.clock.now(),
    }
    return signer.approve_document(noun_given(DocumentStatement, fields, _OPTIONS))


def _role_of(trusted: TrustedKey, asked: Sequence[str]) -> str:
    """A role of this person that is asked for, else the first."""
    mine = (role for role in trusted.roles if any(same_role(role, other) for other in asked))
    return next(mine, next(iter(trusted.roles), "none"))


def _roles_of_policies(desk: DocumentDesk) -> tuple[str, ...]:
    """The roles in which policies here let models be approved."""
    from orchestrator.cli.verbs.planning.policy_adoption import policy_shelf

    sound, _ = policies_in(policy_shelf(desk.project).folders)
    return tuple(role for item in sound for role in approving_roles(item.noun) if item.noun.documents)


def _refuse_worthless(
    file: DocumentFile, signed: SignedDocument, desk: DocumentDesk, asked: Sequence[str]
) -> None:
    """An approval that would not count is not written."""
    presented = PresentedDocument(file=file, approval=signed, answer="good")
    against = standing_of(presented, desk.keyring, desk.ports.clock.now(), asked).against
    if against:
        findings = "; ".join(reason.found for reason in against)
        raise Refused(f"{file.title} in {file.file}: {findings}. Nothing was written.")


def _ask(statement: DocumentStatement, file: DocumentFile) -> None:
    """Ask for a yes in a terminal before the approval is written."""
    if not sys.stdin.isatty():
        return
    author = file.control.author if file.control is not None else ""
    click.echo(f"You sign, as {statement.person} in the role {statement.role}:", err=True)
    click.echo(f"  {file.title}, written by {plain(author, 120)}, is approved: {statement.reason}", err=True)
    click.echo(f"  {plain(file.file, 400)}, SHA-256 {statement.sha256}", err=True)
    if not click.confirm("Is this what you want to sign?", err=True):
        raise Cancelled("Nothing was signed.")


def _write(file: DocumentFile, signed: SignedDocument, out: Path | None, *, as_json: bool) -> None:
    from orchestrator.adapters.keys.document_files import approval_file
    from orchestrator.adapters.keys.signed_files import write_whole

    place = out or approval_file(file.file)
    write_whole(place, signed)
    if as_json:
        click.echo(signed.model_dump_json(ensure_ascii=True))
        return
    statement = signed.document
    click.echo(f"{place}: {file.title} is approved by {statement.person} as {statement.role}.")
    beside = approval_file(file.file)
    if place.absolute() != beside.absolute():
        click.echo(f"It counts as soon as it is beside the file: {beside}")
    _say_when(statement.made_at, file)


def _say_when(made_at: datetime, file: DocumentFile) -> None:
    from orchestrator.policy.authority.document_standing import review_due

    control = file.control
    if control is None:
        return
    ends = f", valid until {control.valid_until}" if control.valid_until is not None else ""
    click.echo(f"To be reviewed by {review_due(control, made_at.date())}{ends}.")
