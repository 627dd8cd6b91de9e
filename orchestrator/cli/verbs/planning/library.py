"""`orch library`: media libraries, and the cache of what was copied from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.adapters.files.library_file import known_libraries, load_library, name_of
from orchestrator.bootstrap import clock, disk_reserve, home_of
from orchestrator.cli import wiring
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.rule_files import Shelf, check, project_option, tell_all
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.library import Library
from orchestrator.domain.text.format import counted, size_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import NotFound, Refused, UsageFault

if TYPE_CHECKING:
    from orchestrator.adapters.media.cache import MediaCache

HEADINGS = ("library", "place", "title", "file")


@click.group()
def library() -> None:
    """Media libraries (libraries/ in the project, in orch's home and in the house), and the copies of their files."""


@library.command(name="list")
@project_option
@json_option
def list_libraries(project: Path | None, as_json: bool) -> int:  # noqa: FBT001 (click calls it)
    """List the media libraries that the project, the home and the house define."""
    shelf = _shelf(project)
    none = f"There is no media library in {shelf.places()}: units come from the project itself."
    return tell_all(shelf, HEADINGS, _row, none=none, as_json=as_json)


@library.command(name="check")
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path(path_type=Path))
@project_option
@json_option
def check_libraries(files: tuple[Path, ...], project: Path | None, as_json: bool) -> int:  # noqa: FBT001
    """Check the media libraries in these files, or all that are known here, and show every fault with its line."""
    if not files:
        known_libraries(project or Path(), [place / "libraries" for place in _places()])
    return check(_shelf(project), files, lambda loaded: [], as_json=as_json)


@library.command()
def schema() -> None:
    """Print the JSON Schema of media libraries, for editors."""
    from orchestrator.adapters.files.schemas.authority_schemas import library_schema

    click.echo(json.dumps(library_schema(), indent=2, ensure_ascii=False))


@library.command()
@click.argument("plan", metavar="PLAN", type=click.Path(path_type=Path))
def fetch(plan: Path) -> None:
    """Copy the release units of PLAN from their media libraries now, so that the deployment starts without waiting.

    What was copied before a cut is kept, and the next call goes on from there.
    """
    from orchestrator.engine.lookup.unit_files import obtained

    ports = wiring.ports_to_check()
    loaded = ports.plan_files.load(plan)
    for unit in loaded.plan.release.units:
        file = obtained(ports, Path(loaded.project), unit, lambda line: click.echo(line, err=True)).file
        click.echo(f"{unit.name} {unit.version}: {file} has the digest {unit.sha256}")


@library.command()
@json_option
def verify(as_json: bool) -> None:  # noqa: FBT001
    """Compute the digest of every copy again; a copy that differs is removed, and the next deployment copies it anew."""
    cache = _cache()
    files = [held for held in cache.all() if held.file.parent.name != "partial"]
    sound = {held.sha256: cache.held(held.sha256) is not None for held in files}
    for held in files:
        state = "sound" if sound[held.sha256] else "damaged, and removed"
        row = {"sha256": held.sha256, "size": held.size, "sound": sound[held.sha256]}
        click.echo(json.dumps(row) if as_json else f"{held.sha256}  {size_words(held.size):>10}  {state}")
    damaged = [sha256 for sha256, good in sound.items() if not good]
    if damaged:
        raise Refused(
            f"{counted(len(damaged), 'copy')} had other bytes; orch library fetch PLAN copies them anew."
        )


@library.command()
@click.option(
    "--unused-for", default="30d", show_default=True, help="How long a copy was not used, such as 7d or 12h."
)
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and remove nothing.")
def prune(unused_for: str, dry_run: bool) -> None:  # noqa: FBT001
    """Remove copies that no plan has used for a time, finished or not. Private copies of deployments keep their files."""
    from orchestrator.domain.text.model_base import seconds_of

    try:
        seconds = float(seconds_of(unused_for))
    except ValueError:
        raise UsageFault(
            f"--unused-for is {plain(unused_for, 40)}; expected a time such as 30d or 12h."
        ) from None
    oldest = clock().now().timestamp() - seconds
    old = [held for held in _cache().all() if held.used_at <= oldest]
    for held in old:
        if not dry_run:
            held.file.unlink(missing_ok=True)
            held.file.with_name(f"{held.sha256}.validator").unlink(missing_ok=True)
        click.echo(f"{held.sha256}  {size_words(held.size)}")
    verb = "would be removed" if dry_run else "removed"
    click.echo(
        f"{counted(len(old), 'file')}, {size_words(sum(held.size for held in old))}, {verb}.", err=True
    )


@library.command()
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Your private key [default: $ORCH_KEY, else ~/.config/orch/key.pem].",
)
def sign(file: Path, key: Path | None) -> None:
    """Sign FILE, a release unit, with your key: the signature is written beside it, and a plan names it in `signature`."""
    from orchestrator.adapters.media.cache import digest_of
    from orchestrator.cli.options.signing_key import own_key
    from orchestrator.domain.authority.signed_unit import ENDING, SignedUnit, UnitStatement, payload

    try:
        with file.open("rb") as stream:
            unit = UnitStatement(sha256=digest_of(stream))
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}; check the path.") from None
    signed = SignedUnit(unit=unit, signature=own_key(key).sign(payload(unit)))
    target = file.with_name(file.name + ENDING)
    try:
        target.write_text(signed.model_dump_json() + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageFault(
            f"{target} cannot be written: {error.strerror}; sign it where you can write."
        ) from None
    click.echo(f"{target} is the signature of {unit.sha256} by key {signed.signature.key[:16]}.")


def _cache() -> MediaCache:
    from orchestrator.adapters.media.cache import MediaCache

    return MediaCache(home_of() / "media", disk_reserve())


def _places() -> tuple[Path, ...]:
    return tuple(dict.fromkeys((wiring.house().place, home_of())))


def _shelf(project: Path | None) -> Shelf[Library]:
    folders = ((project or Path()), home_of(), wiring.house().place)
    return Shelf("library", tuple(folder / "libraries" for folder in folders), load_library, name_of)


def _row(loaded: LoadedFile[Library]) -> tuple[str, ...]:
    noun = loaded.noun
    return noun.library, noun.place, plain(noun.title, 60), loaded.file
