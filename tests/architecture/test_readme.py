"""README and CONTRIBUTING are what a newcomer reads: every command is named, and what they point to is there."""

import re
from pathlib import Path

from orchestrator.cli.verb_table import VERBS


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
