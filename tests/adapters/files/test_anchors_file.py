"""The file of anchors: what it may say, and which of two places counts."""

import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from orchestrator.adapters.files.anchors_file import anchors_of, load_anchors
from orchestrator.adapters.files.house_file import house_named_in
from orchestrator.adapters.files.manual import anchors
from orchestrator.adapters.files.schemas.authority_schemas import anchors_schema
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.seal.anchors import AnchorPlace
from orchestrator.errors import PlanFault

HEAD = "orch: 1\nanchors:\n"
FILE = "  - anchor: second\n    file: {path: /mnt/second/notes}\n"


def test_the_manual_is_sound_and_is_what_the_page_and_the_schema_say(root: Path) -> None:
    loaded = load_anchors(anchors())
    assert [each.known_as for each in loaded.noun.anchors] == [
        AnchorPlace("stamps", "rfc3161", "https://tsa.example.net/stamp"),
        AnchorPlace("ledger", "git", "/srv/orch-anchors.git main"),
        AnchorPlace("second-disk", "file", "/mnt/second/orch-checkpoints"),
    ]
    page = (root / "docs/sealed-records.md").read_text()
    assert anchors().read_text() in page
    schema = anchors_schema()
    Draft202012Validator(schema).validate(read_yaml("anchors.yml", anchors().read_bytes()).tree)
    nouns = [
        schema,
        *(schema["$defs"][name] for name in ("Anchor", "StampAuthority", "AnchorRepository", "AnchorFile")),
    ]
    silent = [
        key for noun in nouns for key, value in noun["properties"].items() if "description" not in value
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]\n", "anchors"),
        ("  - anchor: a\n", "exactly one of rfc3161, git and file"),
        (f"{FILE}    git: {{repository: /srv/a.git}}\n", "exactly one of rfc3161, git and file"),
        (f"{FILE}{FILE}", "another name for each anchor"),
        ("  - anchor: a\n    file: {path: notes}\n", ":4 anchors\\[0\\].file.path"),
        ("  - anchor: a\n    git: {repository: /a, branch: -x}\n", "branch"),
        ("  - anchor: a\n    git: {repository: /a, branch: x/}\n", "branch"),
        ("  - anchor: a\n    rfc3161: {url: ftp://a, ca_file: /a}\n", "begins with https:// or http://"),
        ("  - anchor: a\n    rfc3161: {url: https://me:pass@a, ca_file: /a}\n", "without user and password"),
        ("  - anchor: a\n    rfc3161: {url: https://a}\n", "ca_file"),
        ("  - anchor: a\n    s3: {bucket: b}\n", "s3"),
    ],
)
def test_each_fault_has_its_place(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "anchors.yml"
    file.write_text(HEAD.rstrip("\n") + (" " if text == "[]\n" else "\n") + text)
    with pytest.raises(PlanFault, match=words) as fault:
        load_anchors(file)
    assert "pass@" not in str(fault.value)
    assert "anchors.yml:" in str(fault.value)


def test_the_house_comes_before_the_home(tmp_path: Path) -> None:
    house, home = tmp_path / "house", tmp_path / "home"
    for place in (house, home):
        place.mkdir()
    assert anchors_of([house, home]) == ()
    (home / "anchors.yml").write_text(HEAD + FILE)
    assert [each.anchor for each in anchors_of([house, home])] == ["second"]
    (house / "anchors.yml").write_text(HEAD + FILE.replace("second", "of-the-house", 1))
    assert [each.anchor for each in anchors_of([house, home])] == ["of-the-house"]


def test_the_file_of_a_house_is_its_owners_alone(tmp_path: Path) -> None:
    """orch writes where it says: who could change it could have files of orch's user written."""
    house, named = tmp_path / "house", tmp_path / "house.yml"
    house.mkdir(mode=0o755)
    named.write_text(f"house: {house}\n")
    (house / "anchors.yml").write_text(HEAD + FILE)
    assert house_named_in(named, owner=os.getuid()) == house.resolve()
    (house / "anchors.yml").chmod(0o666)
    with pytest.raises(PlanFault, match=r"anchors\.yml"):
        house_named_in(named, owner=os.getuid())
