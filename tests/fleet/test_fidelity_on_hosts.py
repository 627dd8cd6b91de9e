"""An accelerated run says what a stock run says, event by event: a slice here, all of it with `python -m tests.fidelity`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fidelity.__main__ import not_run
from tests.fidelity.allowed import faults
from tests.fidelity.differences import differences
from tests.fidelity.kinds import subjects
from tests.fidelity.runs import Site, play

SUBJECTS = {subject.name: subject for subject in subjects()}
SLICE = ("forced", "tagged")


def left(lab: Lab, folder: Path, name: str) -> list[str]:
    """What of a subject is not equal, and what of it never ran."""
    site, subject = Site(lab, Path(sys.executable), folder), SUBJECTS[name]
    stock, accelerated = play(site, subject, "stock"), play(site, subject, "orch")
    return [*map(str, faults(list(differences(stock, accelerated)))), *not_run(subject, accelerated)]


@pytest.mark.parametrize("name", SLICE)
def test_a_slice_of_the_kinds_of_task_is_equal(light_lab: Lab, tmp_path: Path, name: str) -> None:
    assert left(light_lab, tmp_path, name) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", sorted(SUBJECTS.keys() - set(SLICE)))
def test_every_kind_of_task_is_equal(lab: Lab, tmp_path: Path, name: str) -> None:
    assert left(lab, tmp_path, name) == []
