"""orch.toml: which one is found, what may stand in it, and where a fault is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from orchestrator.adapters.files.schemas.settings_schema import settings_schema
from orchestrator.adapters.files.settings_file import (
    load_settings,
    read_toml,
    refuse_foreign_settings,
    settings_above,
)
from orchestrator.domain.rules.settings_file import SettingsFile
from orchestrator.errors import PlanFault

FAULTY = {
    "a key that is mistyped": (
        'ansibel = ".venv"',
        ["orch.toml:1 ansibel: expected a known key", "did you mean `ansible`?"],
    ),
    "a number": (
        "\nhome = 5",
        ["orch.toml:2 home: expected text, found the number 5", 'put it in quotes: "5"'],
    ),
    "a truth": ("home = true", ["expected text, found `true`"]),
    "a list": ('ansible = ["a"]', ["orch.toml:1 ansible: expected text, found a list of 1"]),
    "a table": (
        '[ansible]\npath = ".venv"',
        ["orch.toml:1 ansible: expected text, found a mapping with `path`"],
    ),
    "a date": ("home = 2026-01-01", ["orch.toml:1 home: expected text", '"2026-01-01"']),
    "empty text": ('home = ""', ["orch.toml:1 home: expected text that is not empty"]),
    "a control character": ('home = "a\\u0007b"', ["orch.toml:1 home: expected"]),
    "no TOML": ("x = 1\nansible .venv", ["orch.toml:2: expected TOML, found a fault: expected '='"]),
    "a key twice": (
        'home = "a"\nhome = "b"',
        ["orch.toml:2: expected TOML, found a fault: cannot overwrite a value"],
    ),
    "an open text": ('home = """a', ["orch.toml:1: expected TOML, found a fault: unterminated string"]),
    "a key within a text": (
        'ansible = """\nhome = 1\n"""\nhome = 2',
        ["orch.toml:4 home: expected text, found the number 2"],
    ),
    "an image without a digest": (
        'execution_environment = "registry.example:5000/team/ansible:1.2"',
        [
            "orch.toml:1 execution_environment: expected an image by its digest",
            "podman image inspect --format '{{index .RepoDigests 0}}' IMAGE",
        ],
    ),
    "an image with a tag and a digest": (
        f'execution_environment = "registry.example:5000/team/ansible:1.2@sha256:{"0" * 64}"',
        [f"take the tag out: registry.example:5000/team/ansible@sha256:{'0' * 64}"],
    ),
    "a short digest": (
        f'execution_environment = "ansible@sha256:{"0" * 63}"',
        ["expected an image by its digest, `NAME@sha256:` and 64 digits"],
    ),
    "an image that is an option": (
        f'execution_environment = "--privileged@sha256:{"0" * 64}"',
        ["expected an image by its digest"],
    ),
    "several at once": (
        "x = 1\nhome = 5\nansible = 6",
        ["orch.toml:1 x:", "orch.toml:2 home:", "orch.toml:3 ansible:"],
    ),
    "lists in lists": ("home = " + "[" * 5000, ["expected settings, found lists within lists"]),
}


@pytest.mark.parametrize(("text", "says"), FAULTY.values(), ids=FAULTY)
def test_each_fault_is_told_with_its_line(tmp_path: Path, text: str, says: list[str]) -> None:
    (tmp_path / "orch.toml").write_text(text)
    with pytest.raises(PlanFault) as refused:
        load_settings(tmp_path / "orch.toml")
    assert [word for word in says if word not in str(refused.value)] == [], str(refused.value)


def test_what_is_no_text_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "orch.toml").write_bytes(b'# fine\nhome = "\xff"')
    with pytest.raises(PlanFault, match=r"orch\.toml:2: expected text in UTF-8"):
        load_settings(tmp_path / "orch.toml")
    assert read_toml("orch.toml", b"#" * 10_000_000).faults[0].found.startswith("more than")


def test_paths_begin_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    (tmp_path / "orch.toml").write_text('ansible = ".venv"\r\nhome = "~/orch"\r\n')
    loaded = load_settings(tmp_path / "orch.toml")
    assert loaded.path_of("ansible") == tmp_path / ".venv"
    assert loaded.path_of("home") == Path("/home/ann/orch")
    assert loaded.place_of("home") == f"{tmp_path}/orch.toml:2"


@pytest.mark.parametrize(
    ("files", "nearest"),
    [
        (["orch.toml"], "orch.toml"),
        (["orch.toml", "plans/orch.toml"], "plans/orch.toml"),
        (["orch.toml", ".git/HEAD"], "orch.toml"),
        (["orch.toml", "plans/.git/HEAD"], None),
        (["plans/.git"], None),
        (["orch.toml/file"], None),
    ],
)
def test_the_nearest_file_up_to_the_root_of_the_repository_is_found(
    tmp_path: Path, files: list[str], nearest: str | None
) -> None:
    (tmp_path / ".git").mkdir()
    for name in files:
        (tmp_path / "top" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "top" / name).write_text("")
    (tmp_path / "top/plans").mkdir(exist_ok=True)
    assert settings_above(tmp_path / "top/plans") == (tmp_path / "top" / nearest if nearest else None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "orch.toml"
    file.write_text("")
    refuse_foreign_settings(file, {})
    os.chown(file, 65534, 65534)
    with pytest.raises(PlanFault, match="found one of nobody; look at it, then name it: ORCH_SETTINGS="):
        refuse_foreign_settings(file, {"SUDO_UID": "1000"})
    refuse_foreign_settings(file, {"SUDO_UID": "65534"})


def test_the_schema_is_one_and_describes_every_setting() -> None:
    schema = settings_schema()
    Draft202012Validator.check_schema(schema)
    assert all(rule["description"] for rule in schema["properties"].values())
    assert schema["properties"].keys() == SettingsFile.model_fields.keys()
    valid = Draft202012Validator(schema)
    assert valid.is_valid({"ansible": ".venv"})
    assert not valid.is_valid({"ansible": None})
    assert not valid.is_valid({"ansibel": ".venv"})
