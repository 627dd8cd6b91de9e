"""The README is what a newcomer reads: it names every command, and every page it links to is there."""

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
