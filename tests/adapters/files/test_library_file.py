"""Files that define media libraries: what they may say, and whose word counts."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from orchestrator.adapters.files.library_file import known_libraries, load_library
from orchestrator.adapters.files.manual import library
from orchestrator.adapters.files.schemas.authority_schemas import library_schema
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.errors import PlanFault

HEAD = "orch: 1\nlibrary: central\ntitle: masters\n"


def written(folder: Path, text: str, name: str = "central.yml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_the_manual_is_sound_and_is_what_the_page_and_the_schema_say(root: Path) -> None:
    loaded = load_library(library())
    assert loaded.noun.library == "central"
    assert library().read_text() in (root / "docs/media-library.md").read_text()
    tree = read_yaml("library.yml", library().read_bytes()).tree
    schema = library_schema()
    Draft202012Validator(schema).validate(tree)
    silent = [key for key, value in schema["properties"].items() if "description" not in value]
    assert silent == ["folder"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "either folder or url"),
        ("folder: /a\nurl: https://a\n", "either folder or url"),
        ("folder: masters\n", "folder"),
        ("url: ftp://a/b\n", "a URL that begins with https:// or http://"),
        ("url: https://me:pass@a/b\n", "without user and password"),
        ("url: https://a/b?c\n", "without \\? and #"),
        ("url: https://a:port/b\n", "a URL"),
        (
            "url: http://a/b\nbasic_auth: /etc/login\n",
            "basic_auth: expected no such file without an https url",
        ),
        ("folder: /a\nca_file: /etc/ca.pem\n", "ca_file: expected no such file without an https url"),
        ("folder: /a\npatience: 0s\n", "patience"),
        ("folder: /a\nkind: s3\n", "kind"),
    ],
)
def test_each_fault_has_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PlanFault, match=words) as fault:
        load_library(written(tmp_path, HEAD + text))
    assert "pass@" not in str(fault.value)


def test_the_name_of_the_project_is_taken(tmp_path: Path) -> None:
    with pytest.raises(PlanFault, match="stands for the files of the project itself"):
        load_library(written(tmp_path, "orch: 1\nlibrary: project\ntitle: t\nfolder: /a\n"))


def test_a_project_gives_no_other_place_to_a_name_of_the_house(tmp_path: Path) -> None:
    house, project = tmp_path / "house/libraries", tmp_path / "project"
    written(house, HEAD + "folder: /masters\n")
    written(project / "libraries", HEAD + "folder: /masters\n")
    written(project / "libraries", "orch: 1\nlibrary: own\ntitle: own\nfolder: /own\n", "own.yml")
    known = known_libraries(project, [house])
    assert [(each.noun.library, each.house) for each in known] == [("central", True), ("own", False)]
    written(project / "libraries", HEAD + "folder: /elsewhere\n")
    with pytest.raises(PlanFault, match=r"central.yml:2 library: expected what .*house.*found another place"):
        known_libraries(project, [house])


def test_a_file_of_something_else_is_a_fault(tmp_path: Path) -> None:
    written(tmp_path / "libraries", "x", "notes.txt")
    with pytest.raises(PlanFault, match=r"a file that ends in \.yml"):
        known_libraries(tmp_path, [])
