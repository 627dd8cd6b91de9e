"""The index of decision records and the pages it lists are the same."""

import re
from pathlib import Path

import pytest

ROW = re.compile(r"^\| \[(\d{4})\]\(([\w.-]+)\) \| (.+?) \| .*\|$", re.MULTILINE)
SINGLE, RANGE = re.compile(r"\b\d{4}\b"), re.compile(r"\b(\d{4}) to (\d{4})\b")


@pytest.fixture
def folder(root: Path) -> Path:
    return root / "docs/adr"


def test_the_index_lists_every_page_by_its_title_in_order(folder: Path) -> None:
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    titles = [re.sub(r"^# \d+\. ", "", page.read_text().splitlines()[0]) for page in pages]
    expected = [(page.name[:4], page.name, title) for page, title in zip(pages, titles, strict=True)]
    assert ROW.findall((folder / "README.md").read_text()) == expected


def test_every_gap_in_the_numbers_is_explained(folder: Path) -> None:
    text = (folder / "README.md").read_text().partition("## Gaps in the numbers")[2]
    explained = {int(number) for number in SINGLE.findall(text)}
    for first, last in RANGE.findall(text):
        explained |= set(range(int(first), int(last) + 1))
    used = {int(path.name[:4]) for path in folder.glob("[0-9]*.md")}
    assert set(range(1, max(used))) - used == explained


def test_an_amendment_names_a_page_that_is_there(folder: Path) -> None:
    used = {int(path.name[:4]) for path in folder.glob("[0-9]*.md")}
    texts = [path.read_text() for path in folder.glob("[0-9]*.md")]
    named = {int(number) for text in texts for number in re.findall(r"Amended by ADR (\d+)", text)}
    assert named
    assert named <= used
