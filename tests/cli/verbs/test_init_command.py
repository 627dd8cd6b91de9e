"""`orch init` on trees that know nothing of orch: what it writes passes the check, and what is theirs stays as it is."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode

INVENTORY = (
    "web:\n  hosts:\n    web1: {ansible_host: 192.0.2.1}\n    web2: {ansible_host: 192.0.2.2}\n"
    "    web3: {ansible_host: 192.0.2.3}\n"
)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def flat(root: Path, folder: Path) -> None:
    shutil.copytree(root / "tests/cases/adoption/flat", folder, dirs_exist_ok=True)


def with_roles(root: Path, folder: Path) -> None:
    shutil.copytree(root / "tests/cases/roles", folder, dirs_exist_ok=True)
    (folder / "inventories").mkdir()
    (folder / "inventories/staging.yml").write_text(INVENTORY)


def the_example_without_its_plans(root: Path, folder: Path) -> None:
    shutil.copytree(root / "playbooks", folder / "playbooks", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "inventories/staging").mkdir(parents=True)
    (folder / "inventories/staging/hosts.yml").write_text(INVENTORY)


def one_role(root: Path, folder: Path) -> None:
    shutil.copytree(root / "tests/cases/roles/roles/motd_banner", folder, dirs_exist_ok=True)
    (folder / "inventory.yml").write_text(INVENTORY)


def a_collection(root: Path, folder: Path) -> None:
    one_role(root, folder / "roles/banner")
    (folder / "galaxy.yml").write_text("namespace: house\nname: banner\nversion: 1.0.0\n")
    (folder / "playbooks").mkdir()
    (folder / "playbooks/site.yml").write_text("- hosts: web\n  become: true\n  roles: [banner]\n")
    (folder / "ansible.cfg").write_text("[defaults]\ninventory = inventory.yml\nroles_path = roles\n")
    (folder / "inventory.yml").write_text(INVENTORY)


def appliances_without_ssh(root: Path, folder: Path) -> None:
    shutil.copy(root / "examples/appliance/playbooks/configure.yml", folder / "boxes.yml")
    boxes = "".join(f"    box{n}: {{api: 'http://192.0.2.{n}'}}\n" for n in (1, 2, 3))
    (folder / "hosts.yml").write_text(
        f"appliances:\n  vars: {{ansible_connection: local}}\n  hosts:\n{boxes}"
    )


TREES: dict[Callable[[Path, Path], None], str] = {
    flat: "plans/pump.yml",
    with_roles: "plans/tree.yml",
    the_example_without_its_plans: "plans/shop.yml",
    one_role: "plans/tree.yml",
    a_collection: "plans/tree.yml",
    appliances_without_ssh: "plans/boxes.yml",
}


@pytest.mark.parametrize(
    "tree", [flat, *(pytest.param(each, marks=pytest.mark.slow) for each in list(TREES)[1:])]
)
def test_the_written_plan_passes_the_check(
    tree: Callable[[Path, Path], None],
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = tmp_path / "tree"
    project.mkdir()
    tree(root, project)
    monkeypatch.chdir(project)
    theirs = contents(project)
    code = run(["init", "--yes"])
    printed = capsys.readouterr()
    assert code == ExitCode.COMPLETED, printed.out + printed.err
    assert f"{TREES[tree]}: ok, 3 hosts in 2 waves" in printed.out
    assert f"orch deploy {TREES[tree]}" in printed.out
    written = contents(project)
    assert {name: written[name] for name in theirs} == theirs
    numbered = [line for line in printed.out.splitlines() if line.startswith("  ") and line[2].isdigit()]
    announced = {line.split(". ", 1)[1].split(": ")[0] for line in numbered if ": " in line}
    assert written.keys() - theirs.keys() <= announced
    assert run(["init", "--yes"]) == ExitCode.CONFLICT
    assert contents(project) == written


@pytest.mark.slow
def test_gaps_are_named_until_they_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hosts").write_text("[web]\nweb1 ansible_host=192.0.2.1\n")
    (tmp_path / "site.yml").write_text(
        "- hosts: web\n  tasks:\n    - name: Fill {{ it }}\n      command: fill\n    - copy: {content: a, dest: /etc/a}\n"
    )
    assert run(["init", "--yes", "--name", "tank"]) == ExitCode.COMPLETED
    printed = capsys.readouterr().out
    assert (
        "undo Fill ((it)) (site.yml:3): nothing does that yet, and the backout fails here"
        in printed.replace("(( it ))", "((it))")
    )
    assert (
        "2. Write or remove each task that begins with GAP in rollback/tank.yml: 1 gap that needs a person"
        in printed
    )
    backout = tmp_path / "rollback/tank.yml"
    backout.write_text(
        "\n\n".join(part for part in backout.read_text().split("\n\n") if "GAP: " not in part) + "\n"
    )
    run(["plan", "check", "plans/tank.yml"])
    assert "nothing does that yet" not in capsys.readouterr().out


@pytest.mark.slow
def test_it_says_what_it_would_write_and_writes_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flat(root, tmp_path)
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    assert run(["init", "--dry-run"]) == ExitCode.COMPLETED
    assert "# ---- plans/pump.yml\n# yaml-language-server: $schema=" in capsys.readouterr().out
    unattended = subprocess.run(
        [sys.executable, "-m", "orchestrator", "init"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        timeout=120,
        check=False,
    )
    assert unattended.returncode == ExitCode.USAGE, unattended.stderr
    assert "There is no terminal to ask in, and nothing was written" in unattended.stderr
    assert contents(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "code"), [("n\n", ExitCode.CANCELLED), ("\n", ExitCode.CANCELLED), ("y\n", ExitCode.COMPLETED)]
)
def test_the_question_in_a_terminal(reply: str, code: ExitCode, root: Path, tmp_path: Path) -> None:
    flat(root, tmp_path)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestrator", "init", str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    os.close(theirs)
    screen = b""
    while b"Write them? [y/N]: " not in screen:
        screen += os.read(ours, 4096)
    assert not (tmp_path / "plans").exists()
    os.write(ours, reply.encode())
    try:
        while part := os.read(ours, 4096):
            screen += part
    except OSError:  # the terminal is closed when the process has ended
        pass
    os.close(ours)
    assert process.wait(120) == code, screen.decode()
    assert (tmp_path / "plans/pump.yml").exists() == (code == ExitCode.COMPLETED)


@pytest.mark.parametrize(
    ("files", "options", "faults"),
    [
        (
            {},
            [],
            ["expected a playbook with a play for hosts, found none", "expected an inventory, found none"],
        ),
        (
            {"a.yml": "- hosts: web\n", "hosts": "[web]\na\n"},
            ["--playbook", "b.yml"],
            ["found b.yml; name it with --playbook"],
        ),
        ({"a.yml": "- hosts: web\n"}, ["--inventory", "nowhere"], ["expected an inventory, found nowhere"]),
        (
            {"a.yml": "- hosts: web\n", "inventory/aws.yml": "plugin: amazon.aws.aws_ec2\n"},
            [],
            ["expected an inventory that is text, found a program or a plugin; add --dynamic-inventory"],
        ),
    ],
)
def test_what_is_missing_is_said_at_once(
    files: dict[str, str],
    options: list[str],
    faults: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert run(["init", str(tmp_path), "--yes", *options]) == ExitCode.PLAN_FAULT
    printed = capsys.readouterr().err.splitlines()
    assert [fault in line for fault, line in zip(faults, printed, strict=True)] == [True] * len(faults)
    assert contents(tmp_path).keys() == files.keys()


def test_the_example_is_written_whole_or_not_at_all(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = tmp_path / "shop"
    assert run(["init", "--example", "--yes", str(shop)]) == ExitCode.COMPLETED
    listed = subprocess.run(
        ["git", "ls-files", "plans", "playbooks", "dml", "policies", "inventories"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    written = contents(shop)
    assert {name: written.get(name) for name in listed} == {
        name: (root / name).read_bytes() for name in listed
    }
    assert f"  cd {shop}\n" in capsys.readouterr().out
    (shop / "plans/shop-1.0.0.yml").write_text("mine\n")
    (shop / "dml/shop-1.0.0.tar.gz").unlink()
    assert run(["init", "--example", "--yes", str(shop)]) == ExitCode.CONFLICT
    assert not (shop / "dml/shop-1.0.0.tar.gz").exists()


def test_the_demonstration_touches_no_folder_that_it_did_not_make(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text("mine\n")
    assert run(["demo", "--folder", str(tmp_path)]) == ExitCode.CONFLICT
    assert contents(tmp_path) == {"mine": b"mine\n"}
