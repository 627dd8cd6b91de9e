"""Completion of command lines: the table is that of the commands, a TAB is quick, makes nothing, and never prints an error."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from orchestrator.cli.completion.line import Asked, Candidate, Node, candidates
from orchestrator.cli.completion.table import FILE, table_of, table_text
from orchestrator.cli.main import orch, run
from tests.worlds.sealed_fleet import sealed_fleet

ORCH = str(Path(sys.executable).with_name("orch"))
TREE: Node = {
    "options": {"--version": ["", "versions"]},
    "commands": {
        "exclude": {
            "options": {"--reason": ["any", "why"], "--json": ["", ""], "--as": ["role", "role"]},
            "arguments": ["id", "host..."],
        },
        "record": {"commands": {"show": {"arguments": ["id"], "options": {"--html": ["file", "page"]}}}, "options": {}},
        "set": {"options": {"--kind": ["choice:red|green", ""]}, "arguments": []},
    },
}  # fmt: skip
WORDS = {"id": ["a-1", "a-2", "b-1"], "host": ["web1", "web2"], "role": ["change manager"]}


def known(asked: Asked) -> list[str]:
    return [word for word in WORDS.get(asked.kind, []) if word not in asked.before]


# words before the cursor, what is typed there, what is offered
LINES: list[tuple[str, str, list[str]]] = [
    ("", "", ["exclude", "record", "set"]),
    ("", "re", ["record"]),
    ("", "--", ["--version"]),
    ("nonsense", "", []),
    ("record", "", ["show"]),
    ("record show", "a", ["a-1", "a-2"]),
    ("record show a-1", "", []),
    ("exclude a-1", "", ["web1", "web2"]),
    ("exclude a-1 web1", "", ["web2"]),
    ("exclude --json a-1", "w", ["web1", "web2"]),
    ("exclude", "--", ["--reason", "--json", "--as"]),
    ("exclude --reason", "", []),
    ("exclude --reason why", "", ["a-1", "a-2", "b-1"]),
    ("exclude --as", "", ["change manager"]),
    ("exclude", "--as=ch", ["--as=change manager"]),
    ("exclude --", "--", []),
    ("set --kind", "", ["red", "green"]),
    ("set --kind", "g", ["green"]),
]


@pytest.mark.parametrize(("before", "typed", "offered"), LINES)
def test_what_may_follow(before: str, typed: str, offered: list[str]) -> None:
    assert [each.word for each in candidates(TREE, before.split(), typed, known)] == offered


def test_paths_are_left_to_the_shell() -> None:
    assert candidates(TREE, ["record", "show", "--html"], "a", known) == [Candidate("a", "file")]


def test_the_table_is_that_of_the_commands() -> None:
    """.venv/bin/python -m orchestrator.cli.completion.table writes it."""
    assert FILE.read_text() == table_text(orch)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    sealed_fleet(folder / ".orch").deploy()
    (folder / "plans").mkdir()
    (folder / "plans/shop.yml").write_text("orch: 1\n")
    (folder / "plans/other.yml").write_text("- hosts: all\n")
    return folder


def tab(folder: Path, line: str, shell: str = "bash", **environment: str) -> subprocess.CompletedProcess[str]:
    words = len(line.split(" ")) - 1
    asked = {
        "_ORCH_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": line.rpartition(" ")[2] if shell == "fish" else str(words),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORCH_")}
    return subprocess.run(
        [ORCH], cwd=folder, env={**kept, **asked, **environment}, capture_output=True, text=True, check=False
    )


def test_words_of_the_home_are_offered(home: Path) -> None:
    [identity] = [line.split(",")[1] for line in tab(home, "orch status ").stdout.split()]
    assert identity.startswith("app-")
    for line, offered in (
        (f"orch exclude {identity} h", ["h1", "h2", "h3"]),
        (f"orch status {identity[:6]}", [identity]),
        ("orch plan check ", ["plans/shop.yml"]),
        ("orch rehearse plans/shop.yml --fail-in ", ["wave\\\\ 1", "wave\\\\ 2"]),
        ("orch approve --as ", ["deployment\\\\ manager"]),
        ("orch help compl", ["completion"]),
    ):
        ended = tab(home, line)
        assert [each.partition(",")[2] for each in ended.stdout.splitlines()] == offered, line
        assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_answered(home: Path, shell: str) -> None:
    ended = tab(home, "orch dep", shell)
    assert "deploy" in ended.stdout
    assert (ended.returncode, ended.stderr) == (0, "")


def broken(folder: Path) -> dict[str, str]:
    (folder / ".orch").mkdir()
    (folder / ".orch/journal.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    return {}


def faulty_settings(folder: Path) -> dict[str, str]:
    (folder / "orch.toml").write_text("home = [")
    return {}


SPOILT: dict[str, Callable[[Path], dict[str, str]]] = {
    "no home": lambda folder: {},
    "a journal that is none": broken,
    "settings with a fault": faulty_settings,
    "a server that nobody is": lambda folder: {"ORCH_STORE_URL": "postgresql://nobody@127.0.0.1:1/none"},
    "no cursor": lambda folder: {"COMP_CWORD": "many"},
    "another shell": lambda folder: {"_ORCH_COMPLETE": "tcsh_complete"},
    "a quote that is open": lambda folder: {"COMP_WORDS": "orch status 'a b"},
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_where_there_is_nothing_nothing_is_said_and_nothing_made(tmp_path: Path, what: str) -> None:
    more = SPOILT[what](tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ended = tab(tmp_path, "orch status ", **more)
    assert (ended.returncode, ended.stdout.strip(), ended.stderr) == (0, "", ""), ended
    assert sorted(tmp_path.rglob("*")) == before


LOADED = """
import os, sys
sys.argv = ["orch"]
from orchestrator.cli.main import main
try:
    main()
except SystemExit:
    heavy = ("pydantic", "sqlalchemy", "ruamel", "rich", "ansible", "paramiko")
    print("LOADED", *[name for name in heavy if name in sys.modules])
"""


def test_a_tab_imports_nothing_heavy(home: Path) -> None:
    asked = {"_ORCH_COMPLETE": "bash_complete", "COMP_WORDS": "orch status ", "COMP_CWORD": "2"}
    ended = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=home, env={**os.environ, **asked}, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "LOADED"


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_it_is_written_once_and_taken_away_without_a_trace(
    person: Path, shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = "export MINE=1"
    for name in (".bashrc", ".zshrc"):
        (person / name).write_text(own)
    assert run(["completion", "install", "--shell", shell]) == 0
    first = {path: path.read_text() for path in person.rglob("*") if path.is_file()}
    assert len([path for path in first if path.name not in (".bashrc", ".zshrc")]) == 1
    assert all(text.startswith(own) for path, text in first.items() if path.name in (".bashrc", ".zshrc"))
    assert run(["completion", "install", "--shell", shell]) == 0
    assert "there already, and the same" in capsys.readouterr().out
    assert {path: path.read_text() for path in person.rglob("*") if path.is_file()} == first
    assert run(["completion", "uninstall", "--shell", shell]) == 0
    left = {path.name: path.read_text().strip() for path in person.rglob("*") if path.is_file()}
    assert left == {".bashrc": own, ".zshrc": own}


def test_a_file_of_another_is_not_written_over(person: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = person / ".config/fish/completions/orch.fish"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("complete -c orch\n")
    for word in ("install", "uninstall"):
        assert run(["completion", word, "--shell", "fish"]) == 4
        assert str(theirs) in capsys.readouterr().err
    assert theirs.read_text() == "complete -c orch\n"


def test_a_shell_that_is_not_known_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHELL", "/bin/dash")
    assert run(["completion", "show"]) == 2
    assert "--shell bash|zsh|fish" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_of_that_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "show", "--shell", shell]) == 0
    shown = capsys.readouterr().out
    try:
        ended = subprocess.run([shell, "-n"], input=shown, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"no {shell} here")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_table_does_not_depend_on_who_called_a_command_before() -> None:
    command = click.Command("look", params=[click.Option(["--deep"], is_flag=True, help="Deeply.")])
    with click.Context(command, help_option_names=["--help"]) as by_another:
        command.get_help_option(by_another)
    context = click.Context(command, help_option_names=["-h", "--help"])
    options = table_of(command, context).get("options", {})
    assert list(options) == ["--deep", "-h", "--help"]
