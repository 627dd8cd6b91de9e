"""The corpus of journals: recorded once, kept for ever, folded by every later version of the code."""

import json
from collections.abc import Iterable
from pathlib import Path

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded

CORPUS = Path(__file__).resolve().parent.parent / "cases" / "journals"
NAMES = sorted(path.stem for path in CORPUS.glob("*.jsonl"))


def recorded(name: str) -> list[Recorded]:
    """The records of a journal of the corpus."""
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Recorded.model_validate_json(line) for line in lines]


def folded(name: str) -> Deployment:
    """The deployment of a journal of the corpus."""
    return fold(recorded(name))


def journal_text(records: Iterable[Recorded]) -> str:
    """Records as they are kept: one JSON object a line."""
    return "".join(f"{record.model_dump_json()}\n" for record in records)


def expected_text(records: Iterable[Recorded]) -> str:
    """What folding the records must give, whatever the code becomes."""
    d = fold(records)
    standings = {host: [s.standing, s.reason] for host, s in d.standings.items()}
    return json.dumps({"state": d.state.value, "seq": d.seq, "standings": standings}, indent=1) + "\n"
