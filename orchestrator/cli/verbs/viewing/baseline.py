"""`orch baseline`: capture, show and compare configuration baselines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from orchestrator.cli.options.common_options import by_option, json_option
from orchestrator.cli.options.signing_key import speaking_key_option
from orchestrator.cli.wiring import ports_to_look as ports_of_home
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference, Comparison
from orchestrator.domain.journal.events import RestorationCompared
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.deployment_lookup import find
from orchestrator.engine.lookup.visit_ground import hosts_of, hosts_of_plan
from orchestrator.engine.planning.plan_check import prepare_plan
from orchestrator.engine.ports import Ports
from orchestrator.engine.practices.capture_baseline import why_not_whole
from orchestrator.engine.redacted_ports import ask_for_vaulted
from orchestrator.engine.speaking import get_ready
from orchestrator.engine.use_cases.kept_baseline import keep_baseline
from orchestrator.errors import ExitCode, NotFound, Refused, UsageFault
from orchestrator.policy.evidence.coverage_words import uncovered_count
from orchestrator.policy.evidence.drift import compare, summary_lines
from orchestrator.policy.evidence.file_text import as_kept


@click.group()
def baseline() -> None:
    """Configuration baselines: what hosts held before a deployment, and hold now."""


@baseline.command()
@click.argument("plan", type=click.Path(path_type=Path))
@json_option
@by_option
@speaking_key_option
def capture(plan: Path, as_json: bool, by: str) -> None:  # noqa: FBT001
    """Capture and keep the baseline that PLAN declares, of every host that it names; deploy nothing.

    The journal of the house keeps who did it, signed where keys are trusted.
    """
    ports = ports_of_home()
    prepared = prepare_plan(ports, plan)
    get_ready(ports, Path(prepared.project))
    captured = hosts_of_plan(ports, prepared).capture(prepared.targets, prepared.plan.backout.baseline)
    missing: list[str] = []
    whole: list[Baseline] = []
    for target in prepared.targets:
        captured_state = captured.get(target.host, "no answer")
        reason = why_not_whole(captured_state)
        if reason is not None or not isinstance(captured_state, Baseline):
            missing.append(f"{target.host}: {reason}")
        else:
            whole.append(captured_state)
    references = ports.baselines.put_all(whole)
    if references:
        keep_baseline(ports, prepared, references, by=by)
    for reference in references:
        if as_json:
            click.echo(reference.model_dump_json(ensure_ascii=True))
        else:
            click.echo(
                f"{reference.host}  {counted(reference.items, 'configuration item')}  {reference.digest}"
            )
    if missing:
        raise Refused("No whole baseline of " + "; ".join(plain(each) for each in missing) + ".")


@baseline.command()
@click.argument("deployment")
@click.argument("host", required=False)
@click.option("--after", is_flag=True, help="Show the baseline from after the backout, which proves it.")
@click.option("--deployed", is_flag=True, help="Show what was captured after the waves.")
@json_option
def show(deployment: str, host: str | None, after: bool, deployed: bool, as_json: bool) -> None:  # noqa: FBT001
    """Show the baseline from before DEPLOYMENT: a line for each configuration item of HOST, or of all its hosts."""
    ports = ports_of_home()
    current = find(ports, deployment)
    _one_of(after=after, deployed=deployed)
    digests = (
        _after_digests(ports, current)
        if after
        else _digests(current.changes.baselines if deployed else current.preparation.baselines)
    )
    for name in _chosen(current, host, digests):
        kept = ports.baselines.get(digests[name])
        shown = as_kept(kept, current.plan.backout.baseline.whole)
        click.echo(shown.model_dump_json(ensure_ascii=True) if as_json else "\n".join(_items(kept)))


@baseline.command()
@click.argument("deployment")
@click.argument("host", required=False)
@click.option(
    "--backout",
    is_flag=True,
    help="Compare with the baseline from after the backout, and not with the present.",
)
@click.option(
    "--deployed",
    is_flag=True,
    help="Compare with what was captured after the waves, and not with the present.",
)
@click.option("--check", is_flag=True, help="Exit with 6 when anything differs.")
@json_option
def diff(deployment: str, host: str | None, backout: bool, deployed: bool, check: bool, as_json: bool) -> int:  # noqa: FBT001
    """Compare the baseline from before DEPLOYMENT with what HOST, or each of its hosts, holds now.

    After a completed deployment the difference is the release itself; --deployed leaves out what changed since. A host that
    cannot be compared is named, and the exit code is then 4: missing data never counts as equal.
    """
    ports = ports_of_home()
    current = find(ports, deployment)
    _one_of(backout=backout, deployed=deployed)
    before = _digests(current.preparation.baselines)
    later = (
        _after_digests(ports, current)
        if backout
        else _digests(current.changes.baselines)
        if deployed
        else before
    )
    hosts = _chosen(current, host, later)
    kept = backout or deployed
    now = _kept(ports, later, hosts) if kept else _captured_now(ports, current, hosts)
    comparisons = [_compared(ports.baselines.get(before[name]), now[name]) for name in hosts]
    click.echo("\n".join(_json_lines(comparisons) if as_json else _words(comparisons, current)))
    if any(each.inconclusive is not None for each in comparisons):
        return ExitCode.REFUSED
    differs = any(not each.equal for each in comparisons)
    return ExitCode.BACKED_OUT_WITH_RESIDUE if check and differs else ExitCode.COMPLETED


def _one_of(**flags: bool) -> None:
    if sum(flags.values()) > 1:
        raise UsageFault(f"{' and '.join(f'--{name}' for name in flags)} are two captures; choose one.")


def _digests(references: Mapping[str, BaselineReference]) -> dict[str, str]:
    return {host: reference.digest for host, reference in references.items()}


def _chosen(d: Deployment, host: str | None, digests: dict[str, str]) -> list[str]:
    if not digests:
        raise NotFound(f"{d.id} is {d.state.value} and has no such baseline.")
    if host is not None and host not in digests:
        raise NotFound(f"{d.id} has no such baseline of {host}; it has those of {', '.join(digests)}.")
    return list(digests) if host is None else [host]


def _after_digests(ports: Ports, d: Deployment) -> dict[str, str]:
    digests: dict[str, str] = {}
    for record in ports.journal.read(d.id):
        if isinstance(record.event, RestorationCompared):
            digests |= {reference.host: reference.digest for reference in record.event.baselines}
    return digests


def _kept(ports: Ports, digests: dict[str, str], hosts: Iterable[str]) -> dict[str, Baseline | str]:
    return {host: ports.baselines.get(digests[host]) for host in hosts}


def _captured_now(ports: Ports, d: Deployment, hosts: list[str]) -> dict[str, Baseline | str]:
    wanted = set(hosts)
    targets = [target for target in d.targets if target.host in wanted]
    ask_for_vaulted(ports, d, over=d.over)
    captured = hosts_of(ports, d).capture(targets, d.plan.backout.baseline)
    return {host: captured.get(host, "no answer") for host in hosts}


def _compared(before: Baseline, now: Baseline | str) -> Comparison:
    if isinstance(now, str):
        return Comparison(host=before.host, inconclusive=now)
    return compare(before, now)


def _items(kept: Baseline) -> list[str]:
    lines = [
        f"{kept.host}: {counted(len(kept.items), 'configuration item')}, {kept.captured_at:%Y-%m-%d %H:%M:%S} UTC"
    ]
    for item in kept.items:
        attributes = ", ".join(
            f"{name} {value}" for name, value in item.attributes.items() if name != "content"
        )
        lines.append("  " + plain(f"{item.kind} {item.name}: {attributes}", 400))
    return lines


def _words(comparisons: list[Comparison], d: Deployment) -> list[str]:
    uncovered = d.backout.uncovered if d.backout is not None else ()
    lines: list[str] = []
    for each in comparisons:
        if each.inconclusive is not None:
            lines.append(f"{each.host}: not compared: {plain(each.inconclusive)}")
        elif each.equal:
            groups = [group for group in uncovered if each.host in group.hosts]
            captured = f", in what was captured; {uncovered_count(groups)}" if groups else ""
            lines.append(f"{each.host}: equal to its baseline (0 differences){captured}")
        lines += [plain(line, 1000) for line in summary_lines(each.differences)]
    return lines


def _json_lines(comparisons: list[Comparison]) -> list[str]:
    return [json.dumps({**each.model_dump(mode="json"), "equal": each.equal}) for each in comparisons]
