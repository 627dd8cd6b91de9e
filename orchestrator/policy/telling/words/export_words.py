"""What was found of an export for an auditor, in words: made here only, from the codes."""

from collections.abc import Iterator, Mapping

from orchestrator.domain.seal.export_verification import (
    ExportCode,
    ExportFinding,
    ExportUnproved,
    ExportVerdict,
)
from orchestrator.domain.text.plain_text import plain

EXPORT_WORDS: Mapping[ExportCode, str] = {
    "export.not_signed": "no key of the manifest signed it",
    "export.key_revoked": "it is signed by a revoked key",
    "export.key_strange": "a key that no key before it introduced",
    "export.key_other": "none of the keys that you named signed it",
    "export.file_missing": "a file of the manifest is not there",
    "export.file_changed": "a file is not what was exported",
    "export.file_added": "a file that the manifest does not have",
    "export.log_unreadable": "the checkpoint of the log cannot be read",
    "export.log_changed": "the heads of the log are not those of its checkpoint",
    "export.deployment_missing": "the log has a deployment that the export does not account for",
    "export.deployment_unknown": "a deployment of the list that the log does not have",
    "export.deployment_twice": "a deployment that is in the list twice",
    "export.head_changed": "a head that is not in the log as it is here",
    "export.sample_strange": "a deployment of the sample that is not in the list",
    "export.sample_not_drawn": "the seed draws another sample from this list",
    "export.record_missing": "the sealed record of a deployment of the sample is not there",
    "export.record_broken": "a sealed record that does not prove itself",
    "export.record_of_another": "a sealed record of another deployment, or of another store",
}
EXPORT_UNPROVED_WORDS: Mapping[ExportUnproved, str] = {
    "export_key_not_known": (
        "who made it: you gave no key that signed it. Have the line of orch record key from where it was made, by another way"
    ),
    "export_by_word": (
        "that {number} deployments of the log are none of the period or of what was asked for: that is the word of the store. "
        "Ask for the sealed record of any of them"
    ),
    "export_unreadable": "what {number} deployments were: their records could not be read",
    "export_not_anchored": (
        "that nobody who holds orch's key made it anew, or restored a whole older store: no anchor outside was seen to have "
        "the record of {number} deployments of the sample"
    ),
    "export_later": "{number} records to their end: events followed before the log was read",
    "export_picked": "that the sample is fair: it was picked by name",
    "export_no_seed": "that nobody could foresee the sample: it was drawn without a seed",
}
ALWAYS = "what was changed on hosts without orch, and whether a clause is met"
LINE = 400


def export_finding_words(finding: ExportFinding) -> str:
    """One finding in words."""
    words = EXPORT_WORDS[finding.code]
    return f"{words}: {plain(finding.about, LINE)}" if finding.about else words


def export_lines(verdict: ExportVerdict) -> Iterator[str]:
    """What was found of an export, in lines for people."""
    export = verdict.export
    yield f"export        {'intact and whole' if verdict.proved else 'NOT what was exported'}"
    yield f"period        {export.period.begins:%Y-%m-%d %H:%M} to {export.period.ends:%Y-%m-%d %H:%M} UTC"
    yield f"deployments   {len(export.population)} in the list, {len(export.others)} more in the log"
    seed = f"by the seed {plain(export.draw.seed, 200)!r}" if export.draw.seed else "without a seed"
    way = f"drawn {seed}" if export.draw.way == "drawn" else "picked by name"
    yield f"sample        {len(export.sample)}, {way}"
    yield f"files         {verdict.files}; log of {verdict.heads} heads"
    yield f"signed by     {verdict.key or 'nobody'}"
    yield from (f"  {finding.code}: {export_finding_words(finding)}" for finding in verdict.findings)
    yield "It does not prove:"
    yield from (
        f"  {code}: {EXPORT_UNPROVED_WORDS[code].format(number=number)}" for code, number in verdict.unproved
    )
    yield f"  {ALWAYS}"


def export_json(verdict: ExportVerdict) -> dict[str, object]:
    """The same for programs (docs/evidence.md)."""
    export = verdict.export
    return {
        "kind": "evidence_export",
        "proved": verdict.proved,
        "period": export.period.model_dump(mode="json"),
        "deployments": len(export.population),
        "others": len(export.others),
        "draw": export.draw.model_dump(mode="json"),
        "sample": list(export.sample),
        "files": verdict.files,
        "heads": verdict.heads,
        "signed_by": verdict.key,
        "findings": [
            {"code": each.code, "about": each.about, "words": export_finding_words(each)}
            for each in verdict.findings
        ],
        "not_proved": [
            {"code": code, "number": number, "words": EXPORT_UNPROVED_WORDS[code].format(number=number)}
            for code, number in verdict.unproved
        ],
    }
