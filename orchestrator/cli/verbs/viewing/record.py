"""`orch record`: what was done, by whom, when, on what authority and with what result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from orchestrator.bootstrap.record_forms import FORMS, anchored_lines
from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.orch_keys import read_keys
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.options.words_option import WORDS
from orchestrator.cli.verbs.viewing.attachments import attachments
from orchestrator.cli.verbs.viewing.record_disposal import certificate, dispose, due
from orchestrator.cli.verbs.viewing.record_files import take_files
from orchestrator.cli.verbs.viewing.record_keeping import archive, hold, release
from orchestrator.cli.views.whole_file import write_whole
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.cli.wiring import server
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import HOUSE, Recorded
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.disposed import disposal_named
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.record_secrets import RecordGuard, shapes_in
from orchestrator.errors import ExitCode, NotFound, OrchError, StoreFault, UsageFault

if TYPE_CHECKING:
    from orchestrator.adapters.report.signatures import Signatures

Command = TypeVar("Command", bound=Callable[..., None])


@click.group()
def record() -> None:
    """Deployment records: the evidence of each deployment."""


for command in (attachments, archive, hold, release, due, dispose, certificate):
    record.add_command(command)


def _file(form: str, words: str) -> Callable[[Command], Command]:
    return click.option(form, type=click.Path(dir_okay=False, path_type=Path), help=words)


@record.command()
@click.argument("deployment", required=False)
@_file("--html", "Write the whole record to this file, as one page that needs nothing else.")
@_file(
    "--pdf",
    "Write the record to this file, to print and to archive (PDF/A-3, tagged), with the sealed record attached inside.",
)
@_file("--csv", "Write every answer of every check to this file, as CSV for spreadsheets.")
@_file(
    "--junit",
    "Write checks, runs and the end to this file, as JUnit XML for servers of continuous integration.",
)
@json_option
def show(deployment: str | None, *, as_json: bool, **files: Path | None) -> None:
    """Show the record of DEPLOYMENT [default: the open one, else the newest].

    The record is text, files (--html, --pdf, --csv, --junit; several at once), or the journal itself in JSON lines (--json).
    Each signature is verified by the keys that are trusted now.
    """
    wanted = {form: file for form, file in files.items() if file is not None}
    if wanted and as_json:
        forms = " and ".join(f"--{form}" for form in (*wanted, "json"))
        raise UsageFault(
            f"{forms} are forms of the record; --json prints and writes no file: ask for it alone."
        )
    ports = ports_of_home()
    current = find(ports, deployment)
    if wanted and (asked := server()) is not None:
        take_files(asked, current.id, wanted)
        return
    records = ports.journal.read(current.id)
    guard = RecordGuard(ports, current.id)
    guard.refuse_events()
    signatures = _signatures(ports, current, records)
    if as_json:
        from orchestrator.cli.views.json_lines import JsonLines

        lines = JsonLines()
        for each in records:
            lines(each)
        lines.ended(current, signatures.values())
    elif wanted:
        for form, file in wanted.items():
            content = FORMS[form](ports, current, records, signatures)
            guard.refuse_text(f"what --{form} writes", content)
            write_whole(file, content)
            click.echo(f"The record of {current.id} is in {file}")
    else:
        from orchestrator.adapters.report import text_record

        anchored = anchored_lines(ports, current.id)
        text = text_record(records, ports.clock.now(), signatures, anchored)
        guard.refuse_text("its text", text)
        click.echo(text, nl=False)


@record.command()
@click.argument("deployment", required=False)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; the deployment's id with .orch-record.json if it is not given.",
)
def seal(deployment: str | None, out: Path | None) -> None:
    """Seal the record of DEPLOYMENT in one file that proves itself [default: the open one, else the newest]."""
    from orchestrator.bootstrap.versions import programs
    from orchestrator.cli.views.seal_view import shape_lines
    from orchestrator.engine.use_cases.sealed_records import enveloped, sealed_statement

    ports = ports_of_home()
    current = find(ports, deployment)
    if (asked := server()) is not None:
        take_files(asked, current.id, {"sealed": out or Path(f"{current.id}.orch-record.json")})
        return
    guard = RecordGuard(ports, current.id)
    guard.refuse_events()
    statement = sealed_statement(ports, current, ports.journal.read(current.id), programs())
    guard.refuse_text("the statement, beside its events", statement.model_dump_json())
    for line in shape_lines(shapes_in(ports.journal.read_raw(current.id))):
        click.echo(line, err=True)
    file = out or Path(f"{current.id}.orch-record.json")
    write_whole(file, enveloped(ports, statement).decode())
    head = statement.predicate.head
    click.echo(f"The sealed record of {current.id} is in {file}: {head.size} events, root {head.root}")
    click.echo(f"Verify it here or elsewhere: orch record verify {command_word(str(file))}")


@record.command()
@click.argument("what", required=False)
@click.option(
    "--key",
    "keys",
    multiple=True,
    help="For a file: a key of orch that you know, the line of orch record key. One of those must have signed it.",
)
@click.option(
    "--tsa-ca",
    type=click.Path(exists=True, dir_okay=False),
    help="The file with the authorities of its time stamps; that of the anchor here if it is not given.",
)
@json_option
def verify(what: str | None, keys: tuple[str, ...], tsa_ca: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Verify a sealed record or a certificate (a file, or its PDF), the seal of a deployment (its id), or of all in this store.

    The store is also held against what anchors outside have seen of it. Exits with 13 where anything is not what was sealed,
    or none of the keys that are named signed it.
    """
    from orchestrator.cli.views.disposal_view import show_certificate
    from orchestrator.cli.views.seal_view import show_looks, show_verdict
    from orchestrator.domain.seal.findings import LastLook
    from orchestrator.engine.lookup.anchor_check import anchor_looks
    from orchestrator.engine.lookup.seal_check import with_accepted_log
    from orchestrator.engine.use_cases.disposal_certificates import is_certificate, verified_certificate
    from orchestrator.engine.use_cases.sealed_records import accepted_log_breaks, verified
    from orchestrator.policy.telling.words.seal_words import loss_lines

    keys = read_keys(keys)
    of_file = what is not None and (Path(what).is_file() or "/" in what)
    if keys and not of_file:
        raise UsageFault(
            "--key is for a file: the store is verified by the keys of its own home. Leave it out."
        )
    ports = ports_of_home()
    if what is not None and of_file:
        content, in_pdf = sealed_bytes(Path(what))
        if is_certificate(ports, content):
            return show_certificate(*verified_certificate(ports, content, keys), as_json=as_json)
        seen = verified(ports, content, keys, tsa_ca or "", in_pdf=in_pdf)
        return show_verdict(seen.verdict, seen.here, as_json=as_json)
    names = [_known_or_disposed(ports, what)] if what is not None else ports.seals.known()
    looks = with_accepted_log(ports, ports.seals.looks(names))
    if what is None:
        broken = tuple(plain(look.deployment, 100) for look in looks if not look.intact)
        ports.seal_keys.looked(LastLook(at=ports.clock.now(), deployments=len(looks), broken=broken))
    log = ports.seals.log_look() if what is None else None
    code = show_looks(looks, log, anchor_looks(ports), accepted_log_breaks(ports), as_json=as_json)
    for line in () if as_json else loss_lines(ports.seal_keys.known_keys()):
        click.echo(line)
    return code


@record.command()
@click.option(
    "--forget", is_flag=True, help="Owe nothing more to anchors that anchors.yml does not name now."
)
@click.option(
    "--schema", is_flag=True, help="Print the JSON Schema of anchors.yml, for editors, and do nothing else."
)
@json_option
def anchor(forget: bool, schema: bool, as_json: bool) -> int:  # noqa: FBT001
    """Show the log to the anchors outside (anchors.yml) that have not seen the newest of it.

    Exits with 12 where something is still owed.
    """
    from orchestrator.cli.views.seal_view import show_tries
    from orchestrator.engine.anchoring import settle
    from orchestrator.engine.lookup.anchor_check import PATIENCE

    if schema:
        from orchestrator.adapters.files.schemas.authority_schemas import anchors_schema

        click.echo(json.dumps(anchors_schema(), indent=2, ensure_ascii=False))
        return ExitCode.COMPLETED
    ports = ports_of_home()
    known = {each.name for each in ports.anchors.known()}
    if forget:
        gone = {each.anchor.name for each in ports.anchor_book.state().tries} - known
        ports.anchor_book.forget(gone)
    if not known:
        raise NotFound(
            "There is no anchors.yml in the house or the home, so that nothing is anchored (docs/sealed-records.md)."
        )
    return show_tries(settle(ports, patience=PATIENCE), as_json=as_json)


@record.command()
def verifier() -> None:
    """Print the program that verifies a sealed record with nothing of orch."""
    from orchestrator.bootstrap.versions import PACKAGE

    click.echo((PACKAGE / "verifier" / "verify_record.py").read_text(encoding="utf-8"), nl=False)


@record.command()
@click.argument("deployment", required=False)
@click.option(
    "--log",
    "of_log",
    is_flag=True,
    help="Accept once, for all deployments, that the log of the store broke: an older copy was restored.",
)
@click.option("--reason", type=WORDS, required=True, help="The reason, for the record.")
@by_option
@speaking_key_option
def accept(deployment: str | None, of_log: bool, reason: str, by: str) -> None:  # noqa: FBT001
    """Accept the record of DEPLOYMENT as it is, although it is not what was sealed: what rests on it goes on.

    DEPLOYMENT may be orch.house, the record of what concerns every deployment. With --log, the log of the store is accepted
    instead; what does not fit of single records is still to be accepted one by one.
    """
    from orchestrator.engine.use_cases import seal_words

    if of_log == (deployment is not None):
        raise UsageFault("Name a deployment, or say --log: one of the two is accepted at a time.")
    ports = ports_of_home()
    if deployment is None:
        number = seal_words.accept_log(ports, by=by, reason=reason)
        click.echo(f"Accepted: break {number} of the log. Look at what is left: orch record verify")
    elif deployment == HOUSE:
        damage = seal_words.accept_house(ports, by=by, reason=reason)
        click.echo(
            f"Accepted as it is, with {counted(len(damage), 'finding')}; the record of the house counts again."
        )
    else:
        current = find(ports, deployment)
        damage = seal_words.accept(ports, current, by=by, reason=reason)
        click.echo(
            f"Accepted as it is, with {counted(len(damage), 'finding')}; go on: orch resume {current.id}"
        )


@record.command()
@click.option(
    "--rotate", is_flag=True, help="Make a new key; the one in use introduces it, and its seals stay good."
)
@click.option(
    "--revoke", metavar="REASON", help="Make a new key because the one in use is no longer only orch's."
)
def key(rotate: bool, revoke: str | None) -> None:  # noqa: FBT001
    """Show the keys with which orch seals here, and change them."""
    ports = ports_of_home()
    if rotate or revoke is not None:
        ports.seals.signed_anew(lambda: ports.seal_keys.rotate(revoke))
    from orchestrator.policy.telling.words.seal_words import key_words

    known = ports.seal_keys.known_keys()
    for own in known:
        click.echo(key_words(own))
    if not known:
        click.echo("There is no key yet: the first deployment here makes one.")


def _known_or_disposed(ports: Ports, name: str) -> str:
    if name == HOUSE:
        return name
    disposal = disposal_named(ports.journal, name)
    known = name in ports.journal.deployments()
    return disposal.begun.deployment if disposal is not None and not known else find(ports, name).id


def sealed_bytes(file: Path) -> tuple[bytes, bool]:
    """The content of a sealed record, and whether it was attached to a PDF. Raises NotFound, StoreFault and UsageFault."""
    from orchestrator.adapters.report.attached_record import BEGINS_PDF, record_in
    from orchestrator.engine.use_cases.sealed_records import MOST_BYTES

    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}; check the path.") from None
    except OSError as error:
        raise StoreFault(f"{file} cannot be read: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise UsageFault(f"{file} is larger than {MOST_BYTES >> 20} MiB: it is no sealed record of orch.")
    return (record_in(content, MOST_BYTES), True) if content.startswith(BEGINS_PDF) else (content, False)


def _signatures(ports: Ports, d: Deployment, records: list[Recorded]) -> Signatures:
    """The worth of each signature. Where the keys cannot be read, the record says that none was verified."""
    from orchestrator.engine.lookup.signature_check import signatures_of

    try:
        return signatures_of(ports, d, records)
    except OrchError as unreadable:
        click.echo(f"No signature was verified, because the keys cannot be read: {unreadable}", err=True)
        return {}
