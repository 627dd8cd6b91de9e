"""A capability assessment as one self-contained page: a bar for each level, criteria with evidence, what is missing."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment

from orchestrator.adapters.report.templating import environment, page_of
from orchestrator.domain.evidence.capability import CapabilityAssessment, CapabilityState
from orchestrator.domain.rules.capability_criteria import CapabilityCriteria
from orchestrator.policy.measures.capability.assessment_notes import basis_words, headline, notes_of
from orchestrator.policy.measures.capability.capability_words import (
    LEVELS,
    MEANINGS,
    SIGNS,
    STATE_WORDS,
    answer_words,
    seen_words,
)
from orchestrator.policy.measures.capability.gaps import gaps_of

WIDTH, NAMES, BAR = 780.0, 170.0, 30.0
CELL_GAP = 4.0
MOST_CELLS = 8
"""A level of fewer criteria has cells of this width, so that levels can be compared."""


@dataclass(frozen=True, slots=True)
class CriterionCell:
    """The cell of a criterion in the bar of its level."""

    x: float
    y: float
    width: float
    state: CapabilityState
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class LevelBar:
    """The bar of a level: a cell for each of its criteria."""

    y: float
    words: str
    cells: tuple[CriterionCell, ...]


def html_assessment(
    assessment: CapabilityAssessment, criteria: CapabilityCriteria, zone: ZoneInfo, *, part: bool = False
) -> str:
    """The page, or a `part` for another page, in the time of this zone. No script, no external address, every text escaped."""
    levels = sorted({result.level for result in assessment.results})
    return page_of(
        _environment(),
        "capability.html.j2",
        part=part,
        headline=headline(assessment, criteria),
        notes=list(notes_of(assessment, criteria, zone)),
        bars=[_bar(assessment, level, row) for row, level in enumerate(levels)],
        height=len(levels) * BAR + CELL_GAP,
        names=NAMES,
        width=WIDTH,
        bar=BAR,
        levels={
            level: [result for result in assessment.results if result.level == level] for level in levels
        },
        criteria=criteria,
        gaps=gaps_of(assessment, criteria),
        basis=list(basis_words(criteria)),
    )


def _bar(assessment: CapabilityAssessment, level: int, row: int) -> LevelBar:
    results = [result for result in assessment.results if result.level == level]
    met, of = assessment.met_of(level)
    width = (WIDTH - NAMES) / max(MOST_CELLS, len(results))
    y = row * BAR + CELL_GAP
    cells = tuple(
        CriterionCell(
            NAMES + number * width,
            y,
            width - CELL_GAP,
            result.state,
            SIGNS[result.state],
            f"{result.criterion}: {STATE_WORDS[result.state]}",
        )
        for number, result in enumerate(results)
    )
    return LevelBar(y, f"Level {level}, {met} of {of} met", cells)


@cache
def _environment() -> Environment:
    return environment(
        {
            "px": lambda x: f"{x:.1f}",
            "seen": seen_words,
            "definition": lambda code: MEANINGS[code].definition,
            "answered": answer_words,
            "state": lambda state: STATE_WORDS[state],
            "sign": lambda state: SIGNS[state],
            "meaning": lambda level: LEVELS[level],
        }
    )
