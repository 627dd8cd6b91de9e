"""`orch release`: one release through its environments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.views.table import print_table
from orchestrator.cli.views.unreadable import say_unreadable
from orchestrator.cli.views.whole_file import write_whole
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.release_facts import KnownRelease, known_releases, release_facts
from orchestrator.engine.lookup.snapshots import survey
from orchestrator.errors import UsageFault

if TYPE_CHECKING:
    from orchestrator.policy.authority.releases.release_story import ReleaseStory

HEADINGS = ("release", "version", "environments", "deployments", "newest")


@click.group()
def release() -> None:
    """Releases through their environments."""


@release.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """List the versions of all releases on record, and the environments that each has reached."""
    known = survey(ports_of_home().journal)
    say_unreadable(known)
    releases = known_releases(known)
    if as_json:
        for each in releases:
            click.echo(json.dumps(_object(each)))
    elif not releases and not known.unreadable:
        click.echo("There is no deployment yet; `orch deploy PLAN` starts one.")
    else:
        print_table(HEADINGS, [_row(each) for each in releases])


@release.command()
@click.argument("name")
@click.argument("version", required=False)
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file, as one page."
)
@click.option(
    "--pdf",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to this file, to print and to archive (PDF/A-3, tagged).",
)
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a line for each deployment to this file, as CSV for spreadsheets.",
)
@json_option
def show(
    name: str,
    version: str | None,
    html: Path | None,
    pdf: Path | None,
    csv_file: Path | None,
    as_json: bool,  # noqa: FBT001 (click calls it)
) -> None:
    """Show release NAME in VERSION [default: the one that was deployed last] through its environments.

    Each environment has its deployments and rehearsals in order, with approvals, result, residue and what is still open.
    What differs between one environment and the next is compared by digest.
    """
    if as_json and (html or pdf or csv_file):
        raise UsageFault("--json is for standard output; choose it or files.")
    from orchestrator.cli.views.release_text import release_lines
    from orchestrator.policy.authority.releases.release_story_of import release_story

    ports = ports_of_home()
    story = release_story(release_facts(ports, name, version), ports.clock.now())
    content = release_json(story)
    if as_json:
        click.echo(content)
    elif html or pdf or csv_file:
        _write(story, content, {"html": html, "pdf": pdf, "csv": csv_file})
    else:
        click.echo("\n".join(release_lines(story)))


def release_json(story: ReleaseStory) -> str:
    """The story as one line, in ASCII."""
    return json.dumps(story.model_dump(mode="json"))


def _write(story: ReleaseStory, content: str, files: Mapping[str, Path | None]) -> None:
    """Write each form that was asked for, whole or not at all. Raises StoreFault and MachineLacks."""
    from orchestrator.adapters.report.document_page import html_of
    from orchestrator.adapters.report.pdf import pdf_of
    from orchestrator.adapters.report.release_csv import csv_release
    from orchestrator.adapters.report.release_document import release_document

    document = release_document(story, content.encode())
    forms: Mapping[str, Callable[[], str | bytes]] = {
        "html": lambda: html_of(document),
        "pdf": lambda: pdf_of(document),
        "csv": lambda: csv_release(story),
    }
    for form, file in files.items():
        if file is not None:
            write_whole(file, forms[form]())
            click.echo(f"The release is in {file}")


def _row(each: KnownRelease) -> tuple[str, ...]:
    newest = each.deployments[0]
    return (
        plain(each.release, 80),
        plain(each.version, 80),
        ", ".join(_environments(each)),
        str(len(each.deployments)),
        f"{newest.id} ({newest.state.value})",
    )


def _environments(each: KnownRelease) -> list[str]:
    """In the order in which they were reached."""
    return list(dict.fromkeys(plain(brief.environment, 80) for brief in reversed(each.deployments)))


def _object(each: KnownRelease) -> dict[str, object]:
    return {
        "release": each.release,
        "version": each.version,
        "environments": _environments(each),
        "deployments": [brief.id for brief in each.deployments],
    }
