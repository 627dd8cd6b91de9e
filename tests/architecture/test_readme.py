"""README, CONTRIBUTING and docs/ are what a newcomer reads: every command is named, and what they point to is there."""

import re
from pathlib import Path

import pytest

from orchestrator.cli.verb_table import VERBS
from tests.architecture.source import ROOT, files

PATH = re.compile(r"(?<![\w./-])(?:[\w-]+/)*(?:\w+\.py\b|(?<=/)(?![\w.]))")
LAYERS = tuple(f"{layer}/" for layer in ("adapters", "cli", "domain", "engine", "lab", "policy"))
OF_THE_READER = {"tests/test_shop.py"}
"""Files that the manual's examples name: they stand in the reader's own project."""
FIRST_WITH_ROOMS = "0045"
"""Decision records before this one name the paths of their time; docs/adr/README.md says where the rooms are now."""


def named_files(page: str) -> set[str]:
    """Python files, and folders below orchestrator/, that a page names."""
    return {
        path
        for path in PATH.findall(page)
        if path.endswith(".py") or path.startswith(("orchestrator/", *LAYERS))
    } - OF_THE_READER


PAGES = sorted(
    page
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
    if page.parent.name != "adr" or page.name >= FIRST_WITH_ROOMS
)


def test_every_command_is_named(root: Path) -> None:
    text = (root / "README.md").read_text()
    assert [verb.name for verb in VERBS if f"orch {verb.name}" not in text] == []


def test_every_link_leads_somewhere(root: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", (root / "README.md").read_text())
    assert links
    assert [link for link in links if not (root / link).exists()] == []


def test_every_file_of_the_usual_tasks_is_there(root: Path) -> None:
    text = (root / "CONTRIBUTING.md").read_text()
    paths = re.findall(r"`((?:\w+/)+[\w.]*)`", text)
    assert len(paths) > 30
    assert [
        path for path in paths if not any((top / path).exists() for top in (root, root / "orchestrator"))
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    there = [f"/{path.relative_to(ROOT)}" for path in files()]
    assert {
        name
        for name in named_files(page.read_text())
        if not any(path.endswith(f"/{name}") or f"/{name}" in f"{path}/" for path in there)
    } == set()


def test_a_module_that_is_gone_is_seen() -> None:
    assert named_files("see `domain/events/` and `orchestrator/policy/steps.py`, fold.py; (checks.md)") == {
        "domain/events/",
        "orchestrator/policy/steps.py",
        "fold.py",
    }
