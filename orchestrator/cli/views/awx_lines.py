"""What `orch init --from-awx` says: the files, what is not translated and why, and what to do then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from orchestrator.domain.adoption.awx_export import AwxFinding, AwxOutcome, AwxReason, TreePath
from orchestrator.domain.text.command_word import command_word

_WORDS: Mapping[AwxReason, str] = {
    AwxReason.NO_NOUN: "orch has nothing that it could be written as",
    AwxReason.KIND: "orch has no such resource: people and rights are keys and roles of a policy",
    AwxReason.SECRET: "may be a secret and is written nowhere: keep it in a vault file of the tree",
    AwxReason.UNREADABLE: "is no mapping of plain YAML: write its variables into the plan or the inventory",
    AwxReason.INVISIBLE: "has characters that do not show: write it into the plan by hand",
    AwxReason.CREDENTIAL: "an export has no secret of it: use ssh keys or an agent, and vault files of the tree",
    AwxReason.SOURCE: "hosts come from elsewhere: give an inventory of the project with --inventory",
    AwxReason.OTHER_PROJECT: "is of another project: import it in a checkout of that one",
    AwxReason.NO_PLAYBOOK: "its playbook is not in the folder: check out the branch that has it",
    AwxReason.NOT_A_RUN: "is no deployment: `orch plan check` and `orch rehearse` take the place of check jobs",
    AwxReason.NO_INVENTORY: "its inventory is no file: give one with --inventory",
    AwxReason.NO_HOSTS: "its pattern has no hosts in its inventory",
    AwxReason.ASKED: "whoever launched could change it: change the plan for each release instead",
    AwxReason.ANSWER: "has no usable answer: write it to `strategy.variables` of the plan",
    AwxReason.LIMIT: "is the plan's hosts as it stands: take away those that the playbook does not reach",
    AwxReason.BRANCH: "orch deploys the tree that is checked out: check this out, and deploy from there",
    AwxReason.BECOME: "was a switch of the template: write `become: true` into the playbook, or set it for the inventory",
    AwxReason.VERBOSITY: "orch keeps every result anyway",
    AwxReason.SLICES: "waves of the strategy take the place of slices",
    AwxReason.IMAGE: "orch uses the Ansible of the project (orch.toml), not an image",
    AwxReason.SCHEDULE: "a plan is for one release: as a window of the policy it would be",
    AwxReason.CHANNEL: "is in the channels file: name it in `communication` of the plans",
    AwxReason.OTHER_CHANNEL: "write it as a webhook or by apprise, with its secret in a file (orch messages schema)",
    AwxReason.ORDER: "the plans run in this order",
    AwxReason.BRANCHES: "a plan has no such edges: its backout takes the place of what runs after a failure",
    AwxReason.OVERRIDE: "is changed for one node: write it into the plan of that step",
    AwxReason.DISABLED: "is disabled, and so no host of the inventory",
}


def file_lines(files: Mapping[str, str], project: Path) -> Iterator[str]:
    """A numbered list of what is going to be written."""
    if not files:
        yield f"There is nothing to write into {project}."
        return
    yield f"It is going to write into {project}:"
    for number, path in enumerate(files, 1):
        yield f"  {number}. {path}"
    yield "It changes none of your files."


def finding_lines(findings: Sequence[AwxFinding]) -> Iterator[str]:
    """What is for a person, then what is not translated, each with its resource and field; the rest in figures."""
    for outcome, title in (
        (AwxOutcome.PERSON, "For a person:"),
        (AwxOutcome.LEFT_OUT, "Not translated:"),
    ):
        these = [each for each in findings if each.outcome is outcome]
        if these:
            yield ""
            yield title
        for each in these:
            words = f" ({each.words})" if each.words else ""
            field = field_of(each.place)
            yield f"  {each.resource}{f', {field}' if field else ''}{words}: {_WORDS[each.reason] if each.reason else ''}"
    counts = {outcome: sum(each.outcome is outcome for each in findings) for outcome in AwxOutcome}
    yield ""
    yield (
        f"Fields: {counts[AwxOutcome.TRANSLATED]} translated, {counts[AwxOutcome.EMPTY]} empty or at their default, "
        f"{counts[AwxOutcome.PERSON]} for a person, {counts[AwxOutcome.LEFT_OUT]} not translated."
    )


def field_of(place: TreePath) -> str:
    """The field within its resource: `related.survey_spec.spec[0]`."""
    text = ""
    for part in place[2:] if len(place) > 1 and isinstance(place[1], int) else place[1:]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def report_of(
    files: Mapping[str, str],
    findings: Sequence[AwxFinding],
    plans: Mapping[str, str],
    workflows: Mapping[str, list[str]],
) -> dict[str, object]:
    """The same for programs; fields that were translated are named too."""
    return {
        "files": list(files),
        "workflows": {name: [plans[key] for key in keys if key in plans] for name, keys in workflows.items()},
        "findings": [
            {
                "resource": each.resource,
                "field": field_of(each.place),
                "outcome": str(each.outcome),
                "reason": None if each.reason is None else str(each.reason),
                "words": each.words,
            }
            for each in findings
        ],
    }


def next_lines(project: Path, plans: Mapping[str, str], workflows: Mapping[str, list[str]]) -> Iterator[str]:
    """The next steps; each command works as it stands here."""
    here = project == Path.cwd()
    yield ""
    yield "Next, for each plan, when its CHANGE comments and the gaps of its backout are settled:"
    for path in plans.values():
        plan = command_word(path if here else str(project / path))
        yield f"  orch plan check {plan}"
    for name, keys in workflows.items():
        order = [plans[key] for key in keys if key in plans]
        if len(order) > 1:
            yield f"In the order of the workflow {name}: {', then '.join(order)}"
