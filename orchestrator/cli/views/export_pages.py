"""The files of an export that people read: README, the list, evidence by clause, the maps, and the verifiers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from orchestrator.adapters.report.clause_document import period_document
from orchestrator.adapters.report.document_page import html_of
from orchestrator.adapters.report.export_forms import population_csv, readme_text
from orchestrator.bootstrap.versions import PACKAGE
from orchestrator.cli.views import evidence_text as view
from orchestrator.domain.rules.clause_map import ClauseMap
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.use_cases.audit_export import Asking
from orchestrator.policy.clauses.clause_answers import answers_to
from orchestrator.policy.clauses.period_evidence import counts_of

EXPORT_VERIFIER, RECORD_VERIFIER = "verify_export.py", "verify_record.py"


def verifier_text(name: str) -> str:
    """One of the programs that verify without orch."""
    return (PACKAGE / "verifier" / name).read_text(encoding="utf-8")


def pages(
    asking: Asking, clause_maps: Sequence[ClauseMap], sample: Sequence[str], words: str, made: datetime
) -> dict[str, bytes]:
    """All of them, by name."""
    return {
        name: text.encode("utf-8", "replace")
        for name, text in _texts(asking, clause_maps, sample, words, made)
    }


def _texts(
    asking: Asking, clause_maps: Sequence[ClauseMap], sample: Sequence[str], words: str, made: datetime
) -> Iterator[tuple[str, str]]:
    evidence, choice = asking.evidence, asking.choice
    seed = f"by the seed `{plain(choice.seed, 200).replace('`', ' ')}`" if choice.seed else "without a seed"
    way = "picked by name" if choice.picked else f"drawn {seed}"
    yield (
        "README.md",
        readme_text(
            {
                "words": words,
                "made": f"{made:%Y-%m-%d %H:%M} UTC",
                "count": counted(len(evidence.deployments), "deployment"),
                "sample": str(len(sample)),
                "way": way,
            }
        ),
    )
    yield "population.csv", population_csv(evidence, sample)
    counts = [(each, counts_of(each, evidence)) for each in clause_maps]
    yield "evidence/period.json", _json(view.period_json(evidence, asking.asked, counts))
    yield "evidence/period.html", html_of(period_document(words, evidence, counts, made))
    by_id = {each.id: each for each in evidence.deployments}
    for name in sample:
        answers = [view.answers_json(each, answers_to(each, by_id[name].findings)) for each in clause_maps]
        yield f"evidence/{name}.json", _json({**view.deployment_json(by_id[name]), "maps": answers})
    for each in clause_maps:
        yield f"maps/{each.named}.json", _json(each.model_dump(mode="json"))
    yield from ((name, verifier_text(name)) for name in (EXPORT_VERIFIER, RECORD_VERIFIER))


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
