"""What `orch model` and `orch policy` share: find a file in a project, and report every fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeVar

import click

from orchestrator.adapters.files.noun_folder import Shelved, contents_of, shelved, shelved_in
from orchestrator.cli.views.table import print_table
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.model_base import Noun
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.validation_error import meant
from orchestrator.errors import ExitCode, Fault, NotFound, PlanFault

N = TypeVar("N", bound=Noun)

project_option = click.option(
    "--project",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="The project's folder [default: this folder].",
)


@dataclass(frozen=True, slots=True)
class Shelf(Generic[N]):
    """Files of one kind, in these folders; `known_by` gives a noun's name and version."""

    what: str
    folders: tuple[Path, ...]
    load: Callable[[Path], LoadedFile[N]]
    known_by: Callable[[N], tuple[str, int]]

    def all(self) -> Shelved[N]:
        """All valid files, and every fault."""
        return shelved_in(self.folders, self.load, self.known_by)

    def named(self, name: str) -> LoadedFile[N]:
        """Find a noun by file or by name (`NAME@VERSION`, else the newest). Raises NotFound, PlanFault."""
        if "/" in name or name.endswith((".yml", ".yaml")):
            return self.load(Path(name))
        wanted, _, version = name.partition("@")
        sound, faults = self.all()
        matching = [
            loaded
            for loaded in sound
            if self.known_by(loaded.noun)[0] == wanted and version in ("", str(self.known_by(loaded.noun)[1]))
        ]
        if matching:
            return matching[-1]
        if faults:
            raise PlanFault(faults)
        guess = meant(wanted, [self.known_by(loaded.noun)[0] for loaded in sound])
        move = f"did you mean {guess}?" if guess else f"there are {_names(sound, self.known_by)}."
        raise NotFound(f"There is no {self.what} {plain(name, 120)} in {self.places()}; {move}")

    def places(self) -> str:
        """The folders in words."""
        return " or ".join(dict.fromkeys(str(folder) for folder in self.folders))


def _names(sound: Sequence[LoadedFile[N]], known_by: Callable[[N], tuple[str, int]]) -> str:
    return ", ".join(dict.fromkeys(known_by(loaded.noun)[0] for loaded in sound)) or "none"


def check(
    shelf: Shelf[N],
    files: Sequence[Path],
    warn: Callable[[LoadedFile[N]], Sequence[Fault]],
    *,
    as_json: bool,
) -> ExitCode:
    """Check these files, or all, and report every fault. Raises NotFound when there is no file: an empty list never passes."""
    chosen, astray = (tuple(files), ()) if files else contents_of(shelf.folders)
    if not chosen and not astray:
        raise NotFound(f"There is no {shelf.what} in {shelf.places()}; nothing was checked.")
    gone = [str(file) for file in files if not file.exists()]
    if gone:
        raise NotFound(f"There is no {shelf.what} {', '.join(gone)}; check the path.")
    sound, unsound = shelved(chosen, shelf.load, shelf.known_by)
    faults = (*astray, *unsound)
    warnings = [warning for loaded in sound for warning in warn(loaded)]
    if as_json:
        answer = {
            "faults": [asdict(fault) for fault in faults],
            "warnings": [asdict(warning) for warning in warnings],
        }
        click.echo(json.dumps({"checked": [str(file) for file in chosen], "ok": not faults, **answer}))
        return ExitCode.PLAN_FAULT if faults else ExitCode.COMPLETED
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if faults:
        code = tell_faults(faults)
        click.echo(f"{counted(len(faults), 'fault')} in {counted(len(chosen), 'file')}", err=True)
        return code
    for loaded in sound:
        name, version = shelf.known_by(loaded.noun)
        click.echo(f"{loaded.file}: ok, {name}{f' version {version}' if version else ''}")
    return ExitCode.COMPLETED


def tell_all(
    shelf: Shelf[N],
    headings: Sequence[str],
    row: Callable[[LoadedFile[N]], tuple[str, ...]],
    *,
    none: str,
    as_json: bool,
    more: Callable[[LoadedFile[N]], Mapping[str, object]] = lambda loaded: {},
) -> ExitCode:
    """Print valid files as a table or JSON lines, and every fault; `none` is for no file at all, `more` for JSON."""
    sound, faults = shelf.all()
    if as_json:
        for loaded in sound:
            click.echo(as_line(loaded, more(loaded)))
    elif sound:
        print_table(headings, [row(loaded) for loaded in sound])
    elif not faults:
        click.echo(none)
    return tell_faults(faults)


def as_line(loaded: LoadedFile[N], more: Mapping[str, object] = MappingProxyType({})) -> str:
    """A file as a line of JSON, with more that is known of it."""
    noun = loaded.noun.model_dump(mode="json", by_alias=True)
    return json.dumps({"file": loaded.file, "sha256": loaded.sha256, **noun, **more})


def tell_faults(faults: Sequence[Fault]) -> ExitCode:
    """Print every fault on the error stream, and return the exit code."""
    for fault in faults:
        click.echo(str(fault), err=True)
    return ExitCode.PLAN_FAULT if faults else ExitCode.COMPLETED
