"""`orch evidence export`, `verify` and `verifier`: a period for an auditor, verified without orch and without a network."""

from __future__ import annotations

import json
from pathlib import Path

import click

from orchestrator.cli.options.clause_options import map_option, maps_asked
from orchestrator.cli.options.common_options import json_option
from orchestrator.cli.options.orch_keys import read_keys
from orchestrator.cli.options.period_options import period_asked, period_options
from orchestrator.cli.views.waiting import waiting
from orchestrator.cli.wiring import has_journal
from orchestrator.cli.wiring import ports_to_check as ports_without_home
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.seal.audit_export import LOG, MANIFEST, record_name
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import counted
from orchestrator.engine.lookup.clause_cases import period_evidence
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.audit_export import Asking, Choice, manifest, sample_of, sealed_sample
from orchestrator.errors import ExitCode, OrchError, UsageFault
from orchestrator.policy.measures.period.period_words import period_words

LONGEST_SEED = 400


@click.command()
@period_options
@click.option("--sample", type=click.IntRange(1, 10_000), metavar="NUMBER", help="Draw a sample of so many.")
@click.option("--seed", metavar="TEXT", help="What fixes the draw: a text that the auditor says.")
@click.option("--pick", metavar="ID,ID", help="Take these deployments as the sample.")
@map_option
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="A new folder, or a new file that ends in .zip.",
)
def export(
    *,
    sample: int | None,
    seed: str | None,
    pick: str | None,
    maps: tuple[str, ...],
    out: Path,
    **given: str | None,
) -> None:
    """Export a period for an auditor: its deployments, sealed records of a sample, evidence by clause, and verifiers.

    The sample is drawn (--sample, --seed) in a way that anybody can repeat, or picked (--pick).
    """
    from orchestrator.adapters.files.export_files import write_export
    from orchestrator.bootstrap.versions import programs
    from orchestrator.cli.views.export_pages import pages

    choice, clause_maps = _choice(sample, seed, pick), maps_asked(maps)
    ports = ports_of_home()
    time = period_asked(ports.clock.now(), **given)
    with waiting(ports.clock, "reads the deployments") as say:
        evidence = period_evidence(ports, time.period, time.asked, say)
    chosen, names = sample_of(evidence, choice), tuple(each.named for each in clause_maps)
    asking = Asking(evidence, time.asked, choice, names, programs())
    files = pages(asking, clause_maps, chosen, period_words(time.period, time.zone), ports.clock.now())
    write_export(out, _with_records(ports, asking, chosen, files).items())
    listed = counted(len(evidence.deployments), "deployment")
    click.echo(f"The export is in {out}: {listed} in the list, {len(chosen)} in the sample.")
    click.echo(f"Verify it here or elsewhere: orch evidence verify {command_word(str(out))}")


def _with_records(
    ports: Ports, asking: Asking, sample: tuple[str, ...], files: dict[str, bytes]
) -> dict[str, bytes]:
    """The files with the sealed records, the log and the manifest."""
    sealed = {}
    with waiting(ports.clock, "seals the records") as say:
        for done, (name, statement, content) in enumerate(sealed_sample(ports, sample, asking.programs)):
            say(done, len(sample))
            files[record_name(name)], sealed[name] = content, statement
    content, log = manifest(ports, asking, sealed, files)
    return {MANIFEST: content, **files, LOG: log.encode()}


def _choice(sample: int | None, seed: str | None, pick: str | None) -> Choice:
    picked = tuple(name.strip() for name in (pick or "").split(",") if name.strip())
    if (sample is None) == (not picked):
        raise UsageFault("The sample: give --sample NUMBER, or --pick ID,ID, and not both.")
    if picked and seed is not None:
        raise UsageFault("--seed fixes a draw; with --pick nothing is drawn: leave one of them out.")
    if seed is not None and (len(seed) > LONGEST_SEED or not seed.isprintable()):
        raise UsageFault(
            f"--seed: expected at most {LONGEST_SEED} characters on one line, found others; shorten it."
        )
    return Choice(size=sample or 0, seed=seed or "", picked=picked)


@click.command()
@click.argument("place", type=click.Path(path_type=Path))
@click.option(
    "--key", "keys", multiple=True, help="A key of orch that you know: the line of orch record key."
)
@click.option(
    "--tsa-ca",
    type=click.Path(exists=True, dir_okay=False),
    help="The file with the authorities of the records' time stamps.",
)
@json_option
def verify(place: Path, keys: tuple[str, ...], tsa_ca: str | None, as_json: bool) -> int:  # noqa: FBT001
    """Verify an export (a folder or a zip archive): each file, the log, the draw, each sealed record. It needs no home.

    Exits with 13 where anything is not what was exported, or none of the keys that are named signed it.
    """
    from orchestrator.adapters.files.export_files import opened_export
    from orchestrator.engine.use_cases.export_check import Known, verified_files
    from orchestrator.policy.telling.words.export_words import export_json, export_lines

    here = has_journal()
    ports, files = ports_of_home() if here else ports_without_home(), opened_export(place)
    known = Known(_own(ports) if here else (), read_keys(keys), tsa_ca or "")
    verdict = verified_files(ports, files.names, files.read, known)
    code = ExitCode.COMPLETED if verdict.proved else ExitCode.STORE_FAULT
    if as_json:
        click.echo(json.dumps({**export_json(verdict), "exit_code": int(code)}))
    else:
        click.echo("\n".join(export_lines(verdict)))
    return int(code)


def _own(ports: Ports) -> tuple[str, ...]:
    """The keys of this home, as far as they can be read."""
    try:
        return tuple(own.key for own in ports.seal_keys.known_keys())
    except OrchError:
        return ()


@click.command()
def verifier() -> None:
    """Print the program that verifies an export with nothing of orch; it needs that of orch record verifier beside it."""
    from orchestrator.cli.views.export_pages import EXPORT_VERIFIER, verifier_text

    click.echo(verifier_text(EXPORT_VERIFIER), nl=False)
