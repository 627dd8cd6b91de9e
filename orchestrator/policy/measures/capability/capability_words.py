"""Evidence, states and levels of capability in words."""

from typing import NamedTuple

from orchestrator.domain.evidence.capability import (
    CapabilityAnswer,
    CapabilityEvidenceCode,
    CapabilityState,
    PersonsAnswer,
    SeenEvidence,
)
from orchestrator.policy.measures.capability.evidence import MEASURABLE
from orchestrator.policy.measures.period.figure_words import figure_words
from orchestrator.policy.measures.period.figures import share_of


class EvidenceMeaning(NamedTuple):
    """What a share of cases is called, what is counted, and what raises it, with the command that shows where."""

    title: str
    definition: str
    move: str


MEANINGS: dict[CapabilityEvidenceCode, EvidenceMeaning] = {
    "uses_model": EvidenceMeaning(
        "Use a deployment model",
        "Out of deployments that began in the period.",
        "name a model in each release plan; orch model list shows those there are",
    ),
    "roles_named": EvidenceMeaning(
        "Name who answers and who decides",
        "The plan names a deployment manager, and a change manager or service owner; out of deployments that began in the "
        "period.",
        "name them in `roles` of each release plan; orch plan schema has the form",
    ),
    "approved_model": EvidenceMeaning(
        "Use an approved model",
        "The policy that governs the deployment names its model; out of deployments that began in the period.",
        "name the models in the release policy that governs the deployments; orch policy list shows which there are",
    ),
    "documents_in_order": EvidenceMeaning(
        "Model and policy approved and reviewed",
        "Each was approved by a signature that counts, valid, and its review not overdue when the deployment began; out of "
        "those that began in the period with a model or a policy.",
        "have models and policies approved, and reviewed when that is due: orch model list and orch policy list show "
        "how each stands",
    ),
    "environment_governed": EvidenceMeaning(
        "Deploy to a governed environment",
        "The environment has a file with owner, class and machines; out of deployments that began in the period.",
        "write a file for each environment; orch environment list shows those there are",
    ),
    "units_controlled": EvidenceMeaning(
        "Units from controlled sources",
        "Each unit came from a media library, or with a good signature, or with a build record of its digest; out of "
        "deployments with units that began in the period.",
        "deploy from a media library, or state `signature` or `provenance` of units; orch library list shows the libraries",
    ),
    "authorised": EvidenceMeaning(
        "Authorised by policy or signature",
        "A release policy let it start, or a person approved it with a signature; out of deployments that began in the period. "
        "A role that was named without a signature does not count.",
        "have a release policy govern the deployments; orch policy list shows which there are",
    ),
    "change_named": EvidenceMeaning(
        "Name the change",
        "The plan names a request for change, or a change ticket; out of deployments that began in the period.",
        "name the request for change in `release.rfcs` or `approval.ticket` of each plan; orch plan schema has the form",
    ),
    "proved_ends": EvidenceMeaning(
        "End in a verified state",
        "Completed with every host verified, or backed out with every host proved equal to its baseline; out of those that "
        "ended in the period after they may have changed a host.",
        "follow up what ended otherwise; orch report names how deployments ended, and why",
    ),
    "rehearsed": EvidenceMeaning(
        "Rehearsed before live",
        "A certificate of a rehearsal counted at the start; out of deployments that began in the period in an environment of "
        "class live, or of no known class.",
        "rehearse before live deployments, with `orch rehearse`, and have the policy ask for it",
    ),
    "told": EvidenceMeaning(
        "Others were told",
        "A message of the communication plan was sent by orch, or the change ticket was told the result; out of those that "
        "ended in the period after they may have changed a host.",
        "add `notify` to the communication plan; orch messages schema has the form of the channels that it names",
    ),
    "models_measured": EvidenceMeaning(
        "By a model with enough cases",
        f"At least {MEASURABLE} deployments by the same model ended in the period; out of deployments by a model that ended in "
        "it after they may have changed a host.",
        "use fewer models more often; orch model stats shows what is known of each",
    ),
    "reviews_held": EvidenceMeaning(
        "Reviews held in time",
        "Closed by its date; out of post-implementation reviews that were to follow deployments of the period, and are "
        "closed or due.",
        "hold the reviews that are due, and have the policy ask for them; orch actions lists them",
    ),
    "satisfaction_asked": EvidenceMeaning(
        "Stakeholders asked",
        "At least one stakeholder said how satisfied they are; out of those that ended in the period after they may have "
        "changed a host.",
        "ask them in reviews, with `orch pir satisfaction`",
    ),
    "objectives_known": EvidenceMeaning(
        "Objectives measured",
        "Out of objectives that were measured in the period, or had to be.",
        "measure what is due, and give objectives a target and a date; orch objectives lists them",
    ),
    "models_renewed": EvidenceMeaning(
        "Models in a newer version",
        "A newer version was used than in the period before; out of models used in both.",
        "improve models by what deployments showed, and raise their version; orch model stats shows how each went",
    ),
    "actions_done": EvidenceMeaning(
        "Actions of reviews done",
        "Out of actions that were due in the period.",
        "do what reviews agreed on, and say so; orch actions lists what is open",
    ),
}

STATE_WORDS: dict[CapabilityState, str] = {
    "met": "met",
    "partly": "partly met",
    "not_met": "not met",
    "unknown": "not known",
}
SIGNS: dict[CapabilityState, str] = {"met": "✓", "partly": "~", "not_met": "✗", "unknown": "?"}
ANSWERS: tuple[CapabilityAnswer, ...] = ("yes", "partly", "no")
LEVELS: dict[int, str] = {
    1: "achieves its purpose in part",
    2: "achieves its purpose systematically",
    3: "well defined, and at one with other practices",
    4: "measured and assessed",
    5: "continually improving",
}
"""What each level means, in short (ITIL maturity model)."""


def level_words(level: int | None) -> str:
    """A level in words, such as `level 2 of 5 (achieves its purpose systematically)`."""
    if level is None:
        return "level not known"
    return f"level {level} of 5 ({LEVELS[level]})"


def seen_words(seen: SeenEvidence) -> str:
    """Evidence with its cases, such as `Use a deployment model: 9 of 12 (75 %), partly met`."""
    share = figure_words(share_of([True] * seen.part + [False] * (seen.of - seen.part)))
    few = "too few cases" if seen.of and seen.state == "unknown" else STATE_WORDS[seen.state]
    return f"{MEANINGS[seen.code].title}: {share}{f', {few}' if seen.of else ''}"


def answer_words(answer: PersonsAnswer) -> str:
    """An answer with who gave it, such as `yes, says Ann on 2026-03-01, signed, until 2027-03-01: note`."""
    signed = "signed" if answer.signed else "not signed"
    return f"{answer.answer}, says {answer.by} on {answer.at:%Y-%m-%d}, {signed}, until {answer.until:%Y-%m-%d}: {answer.note}"
