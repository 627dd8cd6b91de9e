"""The anchors of a home, from `anchors.yml` of its house, else of the home itself."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.anchors_file import Anchor, AnchorsFile

FILE = "anchors.yml"


def load_anchors(path: Path | str) -> LoadedFile[AnchorsFile]:
    """The anchors that a file defines. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(path), bytes_of(str(path), "file of anchors"), AnchorsFile)


def anchors_of(places: Iterable[Path]) -> Sequence[Anchor]:
    """The anchors of the first of these folders that has the file; none where none has it. Raises PlanFault."""
    file = next((place / FILE for place in places if (place / FILE).exists()), None)
    return () if file is None else load_anchors(file).noun.anchors
