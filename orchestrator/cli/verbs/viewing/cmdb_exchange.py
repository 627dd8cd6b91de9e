"""`orch cmdb import`, `export` and `relate`: what people and other tools record of configuration items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from orchestrator.cli.options.common_options import by_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.verbs.viewing.cmdb_look import look
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.cmdb.facts import RELATION_TYPES, RelationType
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import NotFound, Refused, UsageFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestrator.domain.cmdb.words import CiReference, CiWord
    from orchestrator.policy.cmdb.rows import Known

SHOWN = 50
"""Items of an import that have a line."""


@click.command("import")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "outside", metavar="NAME", help="Import the hosts of this CMDB of cmdb.yml instead.")
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@by_option
@speaking_key_option
def import_(file: Path | None, outside: str | None, dry_run: bool, by: str) -> None:  # noqa: FBT001 (click calls it)
    """Record what FILE (CSV with a heading, or JSON) says of configuration items and is not known yet.

    Proved versions and statuses stay: what the file says otherwise is recorded, and shown as a conflict.
    """
    from orchestrator.engine.use_cases.cmdb import record_words

    if (file is None) == (outside is None):
        raise UsageFault("Give a FILE, or --from NAME with a CMDB of cmdb.yml.")
    words, rows = _of_file(file) if file is not None else _of_outside(outside or "")
    if words and not dry_run:
        place = str(file) if file is not None else outside or ""
        source: Literal["import", "outside"] = "import" if file is not None else "outside"
        record_words(ports_of_home(), words, source=source, place=place, by=by)
    say_recorded(words, rows, recorded=not dry_run)


def _of_file(file: Path) -> tuple[Sequence[CiWord], int]:
    from orchestrator.adapters.files.cmdb.table_file import placed, read_rows, refuse
    from orchestrator.policy.cmdb.rows import understood

    rows = read_rows(file)
    answer = understood([each.row for each in rows], look().cis)
    refuse([placed(file, rows, fault) for fault in answer.faults])
    return answer.words, len(rows)


def _of_outside(name: str) -> tuple[Sequence[CiWord], int]:
    """What a CMDB outside says of its hosts. Rows that cannot be taken are left out, and said: nobody corrects them here."""
    from orchestrator.domain.cmdb.outside import SilentOutside
    from orchestrator.policy.cmdb.rows import understood

    answer = ports_of_home().outside_cmdbs.hosts(name)
    if isinstance(answer, SilentOutside):
        raise Refused(
            f"{plain(name, 80)} did not say which hosts it has ({answer.code}): {plain(answer.detail, 300)}"
        )
    cis, rows = look().cis, list(answer.rows)
    faults = understood(rows, cis).faults
    for fault in faults[:SHOWN]:
        named = plain(rows[fault.row].name or "", 80)
        click.echo(f"Left out: {named}: expected {fault.expected}, found {plain(fault.found, 200)}", err=True)
    faulty = {fault.row for fault in faults}
    rows = [row for number, row in enumerate(rows) if number not in faulty]
    if answer.unnamed:
        click.echo(f"Left out: {counted(answer.unnamed, 'host')} without a name that can be taken.", err=True)
    return understood(rows, cis).words, len(rows)


def say_recorded(words: Sequence[CiWord], rows: int, *, recorded: bool) -> None:
    """Say what was recorded of so many rows, or would be."""
    if not words:
        click.echo(f"Nothing new in {counted(rows, 'row')}: all of it is known already.")
        return
    for word in words[:SHOWN]:
        parts = [f"{name} {plain(value, 60)}" for name, value in word.attributes.items()]
        parts += [f"{each.type} {plain(each.to.name, 80)}" for each in word.relations]
        click.echo(f"  {word.ci.kind} {plain(word.ci.name, 120)}: {'; '.join(parts) or 'new'}")
    if len(words) > SHOWN:
        click.echo(f"  and {len(words) - SHOWN:,} more")
    done = "Recorded" if recorded else "Would record"
    click.echo(f"{done} {counted(len(words), 'item')} of {counted(rows, 'row')}.")


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="CSV with a heading.")
@click.option("--json", "as_json", is_flag=True, help="JSON, with all items in one object.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write this file [default: standard output].",
)
def export(as_csv: bool, as_json: bool, out: Path | None) -> None:  # noqa: FBT001 (click calls it)
    """Write all configuration items. Importing them again changes nothing."""
    if as_csv == as_json:
        raise UsageFault("--csv and --json: expected one of the two; choose one.")
    known = look()
    if as_csv:
        from orchestrator.adapters.files.cmdb.csv_form import csv_text

        text = csv_text(known.cis)
    else:
        from orchestrator.adapters.files.cmdb.json_form import json_text

        text = json_text(known.cis)
    if out is None:
        click.echo(text, nl=False)
        return
    from orchestrator.cli.views.whole_file import write_whole

    write_whole(out, text)
    click.echo(f"Wrote {counted(len(known.cis), 'item')} to {out}.")


@click.command()
@click.argument("item", metavar="A")
@click.argument("type_", metavar="RELATION", type=click.Choice(RELATION_TYPES))
@click.argument("to", metavar="B")
@click.option("--remove", is_flag=True, help="The relation ends.")
@by_option
@speaking_key_option
def relate(item: str, type_: RelationType, to: str, remove: bool, by: str) -> None:  # noqa: FBT001
    """Record that A has RELATION to B: runs_on, part_of, depends_on or connected_to. With --remove that it has it no longer.

    A and B are ids or names of configuration items. KIND:NAME, such as service:pay, names one that is not there yet.
    Between services, dependencies count in the conflicts of the schedule.
    """
    from orchestrator.domain.cmdb.words import CiWord, StatedRelation
    from orchestrator.engine.use_cases.cmdb import record_words
    from orchestrator.policy.cmdb.rows import Known, is_related

    known = Known(look().cis)
    subject, target = _meant(item, known), _meant(to, known)
    if subject == target:
        raise UsageFault(f"A and B: expected two items, found {plain(item, 80)} twice.")
    relation = StatedRelation(type=type_, to=target, ended=remove)
    present = is_related(known.only(subject), relation)
    words = f"{plain(item, 80)} {type_} {plain(to, 80)}"
    if remove and not present:
        raise NotFound(
            f"{words} is not in the CMDB; orch cmdb show {command_word(item)} lists its relations."
        )
    if present and not remove:
        click.echo(f"{words}: known already.")
        return
    record_words(
        ports_of_home(), [CiWord(ci=subject, relations=(relation,))], source="person", place="", by=by
    )
    click.echo(f"{words}: {'ended' if remove else 'recorded'}.")


def _meant(text: str, known: Known) -> CiReference:
    """The item that a person names. Raises NotFound."""
    from orchestrator.domain.cmdb.words import CiReference
    from orchestrator.policy.cmdb.about import without_units
    from orchestrator.policy.cmdb.rows import reference_of, reference_to

    matching = without_units(known.of_any_kind(text))
    if len(matching) == 1:
        return reference_to(matching[0])
    names = {(ci.kind, ci.name) for ci in matching}
    if len(names) == 1 and matching[0].kind == "service":  # one service in several environments
        return CiReference(kind="service", name=matching[0].name)
    if matching:
        ids = ", ".join(ci.id for ci in matching[:8])
        raise NotFound(
            f"{plain(text, 80)} is {len(matching)} configuration items; name one by its id: {ids}."
        )
    reference = reference_of(text, known)
    if reference is None:
        raise NotFound(
            f"The CMDB has no configuration item {plain(text, 80)}; orch cmdb list names those there are. Write KIND:NAME, "
            "such as service:pay, for one that it does not have yet."
        )
    return reference
