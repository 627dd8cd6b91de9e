"""`orch record attachments`: the files that people attached to their words, verified by digest when they are read."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.text.format import counted, size_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.attachment_check import CheckedFile, checked_files
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.record_secrets import RecordGuard
from orchestrator.errors import Conflict, StoreFault
from orchestrator.policy.telling.attached_files import AttachedFile, attached_files

LONGEST_NAME = 255
"""Bytes of a file's name that every usual file system takes."""


@click.command()
@click.argument("deployment", required=False)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="Copy the files to this new folder, each with the beginning of its digest before its name.",
)
@json_option
def attachments(deployment: str | None, target: Path | None, as_json: bool) -> None:  # noqa: FBT001
    """Show or copy the files that people attached to DEPLOYMENT [default: the open one, else the newest].

    They belong to manual steps and objectives. Each is read and compared with its digest on the journal; one that is missing
    or was changed is not copied, and the command ends with 13.
    """
    ports = ports_of_home()
    current = find(ports, deployment)
    files = attached_files(current, ports.journal.read(current.id))
    if target is not None:
        _refuse_canaries(ports, current.id, files)
    folder = _new_folder(target) if target is not None and files else None
    use = None if folder is None else lambda each, content: _write(folder, each, content)
    checked = checked_files(ports.attachments, files, use)
    if as_json:
        shown = [_json_of(each, folder) for each in checked]
        click.echo(json.dumps({"kind": "attachments", "deployment": current.id, "attachments": shown}))
    else:
        _print_lines(current.id, checked, folder)
    _refuse_to_call_it_whole(checked)


def _refuse_canaries(ports: Ports, deployment: str, files: Sequence[AttachedFile]) -> None:
    """Raises Refused, before anything is copied, where a file holds what must leave no record."""
    guard = RecordGuard(ports, deployment)
    checked_files(
        ports.attachments,
        files,
        lambda each, content: guard.refuse_text(f"the attached file {each.file.sha256[:12]}", content),
    )


def _new_folder(target: Path) -> Path:
    try:
        target.mkdir(mode=0o700)
    except FileExistsError:
        raise Conflict(f"{target} exists; name a new folder.") from None
    except OSError as error:
        raise StoreFault(f"{target} cannot be made: {error.strerror}; name another folder.") from None
    return target


def _write(folder: Path, attached: AttachedFile, content: bytes) -> None:
    """For its owner alone, as the store has it. The same file attached twice is written once."""
    path = folder / file_name(attached.file)
    if path.exists():
        return
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise StoreFault(f"{path} could not be written: {error.strerror}.") from None


def file_name(file: Attachment) -> str:
    """Such as `0a1b2c3d4e5f-protocol.pdf`: different files never have one name, and no name is hidden or misleads."""
    name = f"{file.sha256[:12]}-{plain(file.name)}"
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


def _print_lines(deployment: str, checked: Sequence[CheckedFile], folder: Path | None) -> None:
    if not checked:
        click.echo(f"Nobody attached a file to {deployment}.")
    for each in checked:
        file, whose = each.attached.file, each.attached
        state = "" if each.state == "good" else f"{each.state.upper()}: "
        role = f" as {plain(whose.role)}" if whose.role else ""
        click.echo(
            f"{state}{plain(file.name)}, {size_words(file.size)}, SHA-256 {file.sha256}\n"
            f"  {plain(whose.about)}: attached by {plain(whose.by)}{role}, {whose.at:%Y-%m-%d %H:%M} UTC"
        )
        if each.trouble:
            click.echo(f"  {plain(each.trouble + _elsewhere(each), 600)}")
    if folder is not None:
        copied = sum(each.state == "good" for each in checked)
        click.echo(f"{counted(copied, 'file')} of {deployment} copied to {folder}")


def _elsewhere(each: CheckedFile) -> str:
    """Where several machines share a journal, a file is in the store of that on which it was attached."""
    host = each.attached.host
    if each.state != "missing" or host is None:
        return ""
    return f" It was attached on {host}: look into the store of that machine."


def _json_of(each: CheckedFile, folder: Path | None) -> dict[str, object]:
    attached = each.attached
    written = str(folder / file_name(attached.file)) if folder is not None and each.state == "good" else None
    return {
        **attached.file.model_dump(),
        "about": attached.about,
        "by": attached.by,
        "role": attached.role or None,
        "at": attached.at.isoformat(),
        "state": each.state,
        "trouble": each.trouble or None,
        "path": written,
    }


def _refuse_to_call_it_whole(checked: Sequence[CheckedFile]) -> None:
    lost = [each for each in checked if each.state != "good"]
    if lost:
        raise StoreFault(
            f"{len(lost)} of {counted(len(checked), 'attached file')} cannot be shown as attached: "
            f"{', '.join(plain(each.attached.file.name) for each in lost)}. Restore the folder `attachments` "
            "beside the journal from a backup."
        )
