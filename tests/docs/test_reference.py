"""docs/reference/ is what setup/reference.py writes now, and says of each key and command what it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setup.reference import FILES, FOLDER, File, file_page, form_of, pages


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def test_no_page_is_stale(made: dict[str, str]) -> None:
    there = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    assert [name for name in {*made, *there} if made.get(name) != there.get(name)] == [], (
        "run: PYTHONPATH=. .venv/bin/python setup/reference.py"
    )


def test_every_link_within_a_page_leads_to_its_heading(made: dict[str, str]) -> None:
    for name, page in made.items():
        headings = {heading.lower() for heading in re.findall(r"^## (\w+)$", page, flags=re.MULTILINE)}
        assert set(re.findall(r"\]\(#(\w+)\)", page)) <= headings, name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.page)
def test_the_keys_of_the_whole_are_there(file: File) -> None:
    page = file_page(file)
    assert [key for key in file.schema()["properties"] if f"`{key}`" not in page] == []


def test_every_verb_is_there(root: Path, made: dict[str, str]) -> None:
    from orchestrator.cli.verb_table import VERBS

    assert [verb.name for verb in VERBS if f"\n## orch {verb.name}\n" not in made["commands.md"]] == []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        (
            {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "(ms|s|m|h|d)"}]},
            "number or duration",
        ),
        ({"type": "array", "items": {"$ref": "#/$defs/Risk"}}, "list of [Risk](#risk)"),
        ({"enum": ["a", "b"]}, "`a`, `b`"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "mapping of text"),
    ],
)
def test_a_form_in_words(schema: dict[str, object], words: str) -> None:
    assert form_of(schema) == words
