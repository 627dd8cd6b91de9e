"""Every console block of README and docs/ is run, and does what its page says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.docs.page_run import Part, parts, run_part
from tests.docs.pages import PAGES, ROOT, blocks

QUICK = {"settings.md", "communication.md", "lab.md"}
"""Parts that `make test` runs; `make slow` runs the others."""
NOT_RUN = {"README.md": 1, "docs/lab.md": 1, "docs/nodes.md": 2, "docs/service.md": 3, "docs/team.md": 2}
"""Blocks that are not run, by page; each says why beside it."""


def _cases() -> Iterator[ParameterSet]:
    for page in PAGES:
        for number, part in enumerate(parts(page)):
            name = f"{page.name} {number}" if number else page.name
            marks = [pytest.mark.timeout(1500)]
            if part.needs_hosts:
                marks.append(pytest.mark.fleet)
            if name not in QUICK:
                marks.append(pytest.mark.slow)
            yield pytest.param(part, id=name, marks=marks)


@pytest.mark.parametrize("part", list(_cases()))
def test_a_page_does_what_it_says(part: Part, tmp_path: Path) -> None:
    assert run_part(part, tmp_path, seconds=1400) == []


def test_few_blocks_are_not_run() -> None:
    left = {
        str(page.relative_to(ROOT)): sum(block.not_run is not None for block in blocks(page))
        for page in PAGES
    }
    assert {page: number for page, number in left.items() if number} == NOT_RUN
