"""Every file in a folder of rules is read or is a fault, alike for whoever checks, lists and uses them; so are folders."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.cli.main import run
from orchestrator.errors import ExitCode, PlanFault
from tests.worlds.plans import plan_of, plan_tree

PLAN = plan_of(plan_tree())
POLICY = json.dumps({"orch": 1, "policy": "house", "version": 1, "title": "House rules"})
NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, and so sees no such fault."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize("name", ["house.yml", "house.yaml", "House.YML", ".house.yml"])
def test_a_policy_binds_whatever_its_ending(tmp_path: Path, name: str) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / name).write_text(POLICY)
    policy = ProjectAuthority(tmp_path / "home").governing(PLAN, tmp_path).policy
    assert policy is not None
    assert policy.policy == "house"


def test_a_file_in_place_of_the_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "policies").write_text(POLICY)
    with pytest.raises(PlanFault, match="a folder that can be read"):
        ProjectAuthority(tmp_path / "home").governing(PLAN, tmp_path)


@pytest.mark.parametrize("closed", ["policies", "."])
def test_a_folder_that_may_not_be_read_is_a_fault_and_not_the_absence_of_policies(
    tmp_path: Path, closed: str
) -> None:
    project = tmp_path / "project"
    (project / "policies").mkdir(parents=True)
    (project / "policies/house.yml").write_text(POLICY)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (project / closed).chmod(0o000)
    with as_nobody(), pytest.raises(PlanFault, match="Permission denied"):
        ProjectAuthority(tmp_path / "home").governing(PLAN, project)
    (project / closed).chmod(0o755)


@pytest.mark.parametrize("closed", ["keys", "."])
def test_keys_that_may_not_be_read_are_not_the_absence_of_keys(tmp_path: Path, closed: str) -> None:
    project = tmp_path / "project"
    (project / "keys").mkdir(parents=True)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    (project / closed).chmod(0o000)
    with as_nobody(), pytest.raises(PlanFault, match="Permission denied"):
        FolderKeys(tmp_path / "home").keyring(project)
    (project / closed).chmod(0o755)


def test_keys_behind_a_link_that_leads_nowhere_are_not_the_absence_of_keys(tmp_path: Path) -> None:
    (tmp_path / "keys").symlink_to("nowhere")
    with pytest.raises(PlanFault, match="leads nowhere"):
        FolderKeys(tmp_path / "home").keyring(tmp_path)


def test_a_file_in_place_of_the_keys_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(PlanFault, match="a folder that can be read"):
        FolderKeys(tmp_path / "home").keyring(tmp_path)


def _write(name: str, content: str | bytes = POLICY) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def _link(name: str, target: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / name).symlink_to(target)

    return make


def _pipe(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    os.mkfifo(folder / "live.yml")


def _socket(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    try:
        socket.socket(socket.AF_UNIX).bind("live.yml")
    finally:
        os.fchdir(here)
        os.close(here)


def _other_case(folder: Path) -> None:
    _write("live.yml")(folder.with_name(folder.name.capitalize()))


def _two_of_one_version(folder: Path) -> None:
    _write("live.yml")(folder)
    _write("other.yml", POLICY.replace("house", "HOUSE").replace("rules", "other rules"))(folder)


def _folder_link_to_nowhere(folder: Path) -> None:
    folder.symlink_to("nowhere")


ASTRAY: dict[str, tuple[Callable[[Path], None], str]] = {
    "no ending": (_write("live"), "no ending"),
    "json": (_write("live.json"), "the ending `.json`"),
    "a backup": (_write("live.yml.bak"), "the ending `.bak`"),
    "an editor's backup": (_write("live.yml~"), "the ending `.yml~`"),
    "a swap file": (_write(".live.yml.swp", b"b0VIM"), "the ending `.swp`"),
    "an autosave": (_write("#live.yml#"), "the ending `.yml#`"),
    "turned off": (_write("live.yml.off"), "the ending `.off`"),
    "a mistyped ending": (_write("live.ymal"), "the ending `.ymal`"),
    "a blank after the ending": (_write("live.yml "), "the ending `.yml `"),
    "only an ending": (_write(".yml"), "no ending"),
    "a page": (_write("README.md", "# Policies"), "the ending `.md`"),
    "a subfolder": (_write("old/live.yml"), "a folder"),
    "a subfolder with the ending": (_write("live.yml/live.yml"), "a folder"),
    "a link to nowhere": (_link("live.yml", "nowhere.yml"), "a link that leads nowhere"),
    "a link to itself": (_link("live.yml", "live.yml"), "leads nowhere"),
    "a link to a folder": (_link("live.yml", ".."), "a folder"),
    "a device": (_link("live.yml", "/dev/zero"), "neither file nor folder"),
    "a pipe": (_pipe, "neither file nor folder"),
    "a socket": (_socket, "neither file nor folder"),
    "an empty file": (_write("live.yml", ""), "live.yml"),
    "only a comment": (_write("live.yml", "# later"), "live.yml"),
    "two documents": (_write("live.yml", f"{POLICY}\n---\n{POLICY}"), "live.yml"),
    "another encoding": (_write("live.yml", POLICY.replace("rules", "règles").encode("latin-1")), "live.yml"),
    "no YAML": (_write("live.yml", "{"), "live.yml"),
    "another document": (_write("live.yml", "orch: 1\nmodel: x\n"), "live.yml"),
    "a keeper with content": (_write(".gitkeep", POLICY), "no ending"),
    "the folder in capitals": (_other_case, "in small letters"),
    "a folder that leads nowhere": (_folder_link_to_nowhere, "a link that leads nowhere"),
    "one version twice": (_two_of_one_version, "in"),
}


@pytest.mark.parametrize("place", ["project", "home"])
@pytest.mark.parametrize("name", ASTRAY)
def test_what_is_astray_is_a_fault_for_check_list_and_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str, place: str
) -> None:
    make, says = ASTRAY[name]
    project, home = tmp_path / "project", tmp_path / "home"
    for folder in (project, home):
        folder.mkdir()
    make(tmp_path / place / "policies")
    with pytest.raises(PlanFault, match=says):
        ProjectAuthority(home).governing(PLAN, project)
    monkeypatch.setenv("ORCH_HOME", str(home))
    for verb in ("check", "list"):
        assert run(["policy", verb, "--project", str(project)]) == ExitCode.PLAN_FAULT
        assert says in capfd.readouterr().err


BINDING: dict[str, Callable[[Path], None]] = {
    "a mark of byte order": _write("live.yml", b"\xef\xbb\xbf" + POLICY.encode()),
    "capitals": _write("LIVE.YAML"),
    "hidden": _write(".live.yaml"),
    "one document with marks": _write("live.yml", f"---\n{POLICY}\n...\n"),
    "a name in other letters": _write("жизнь.yml"),
}


@pytest.mark.parametrize("name", BINDING)
def test_what_can_be_read_binds_for_check_list_and_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    BINDING[name](tmp_path / "policies")
    governing = ProjectAuthority(tmp_path / "home").governing(PLAN, tmp_path)
    assert governing.policy is not None
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    for verb in ("check", "list"):
        assert run(["policy", verb, "--project", str(tmp_path)]) == ExitCode.COMPLETED
        assert "house" in capfd.readouterr().out


def test_a_link_to_a_file_that_can_be_read_binds_once(tmp_path: Path) -> None:
    _write("live.yml")(tmp_path / "policies")
    _link("again.yml", "live.yml")(tmp_path / "policies")
    (tmp_path / "policies/.gitkeep").touch()
    policy = ProjectAuthority(tmp_path / "home").governing(PLAN, tmp_path).policy
    assert policy is not None


def test_a_model_outside_models_is_none(tmp_path: Path) -> None:
    (tmp_path / "model.yml").write_text("orch: 1\n")
    tree = plan_tree()
    tree["strategy"]["model"] = "model.yml"
    (objection,) = ProjectAuthority(tmp_path / "home").governing(plan_of(tree), tmp_path).objections
    assert objection.expected == "a file in models/"


def test_an_environment_that_looks_like_a_governed_one_is_refused(tmp_path: Path) -> None:
    tree = plan_tree()
    scope = {"environments": [tree["resources"]["environment"] + "."]}
    _write("live.yml", json.dumps(json.loads(POLICY) | {"applies_to": scope}))(tmp_path / "policies")
    (objection,) = ProjectAuthority(tmp_path / "home").governing(plan_of(tree), tmp_path).objections
    assert objection.path == "resources.environment"
    assert "looks like" not in objection.next_move
