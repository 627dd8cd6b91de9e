"""The playbook tree: any change of any file is seen and named, and nothing that could change unseen is taken in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.adapters.files.playbook_tree import private_copy, refuse_changed, tree_digests
from orchestrator.errors import Conflict, PlanFault

FILES = ("playbooks/shop.yml", "rollback/shop.yml", "roles/shop/tasks/main.yml", "ansible.cfg")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in FILES:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {name}\n")
        file.chmod(0o644)
    (root / "roles/latest").symlink_to("shop")
    return root


def test_every_file_and_link_is_digested_by_its_path(tree: Path) -> None:
    assert sorted(tree_digests(tree)) == sorted((*FILES, "roles/latest"))


def test_the_same_tree_elsewhere_has_the_same_digests(tree: Path, tmp_path: Path) -> None:
    private_copy(tree, tmp_path / "copy", tree_digests(tree))
    assert tree_digests(tmp_path / "copy") == tree_digests(tree)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700


CHANGES: list[tuple[str, Callable[[Path], object], str]] = [
    (
        "one character",
        lambda root: (root / "rollback/shop.yml").write_text("# rollback/shop.ymk\n"),
        "rollback/shop.yml",
    ),
    ("a mode", lambda root: (root / "ansible.cfg").chmod(0o755), "ansible.cfg"),
    ("a file more", lambda root: (root / "roles/shop/new.yml").write_text(""), "roles/shop/new.yml"),
    ("a file less", lambda root: (root / "ansible.cfg").unlink(), "ansible.cfg"),
    ("a hidden file more", lambda root: (root / ".ansible-lint").write_text(""), ".ansible-lint"),
    ("a link elsewhere", lambda root: _relink(root / "roles/latest", "../playbooks"), "roles/latest"),
    ("a link made a file", lambda root: _refile(root / "roles/latest", "shop"), "roles/latest"),
]


def _relink(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def _refile(link: Path, content: str) -> None:
    link.unlink()
    link.write_text(content)


@pytest.mark.parametrize(("what", "change", "named"), CHANGES, ids=[row[0] for row in CHANGES])
def test_a_change_is_named(tree: Path, what: str, change: Callable[[Path], object], named: str) -> None:
    before = tree_digests(tree)
    refuse_changed(tree, before)
    change(tree)
    with pytest.raises(PlanFault) as refused:
        refuse_changed(tree, before)
    assert [fault.file for fault in refused.value.faults] == [str(tree / named)]


UNFIT: list[tuple[str, Callable[[Path], object], str]] = [
    ("a link out of the tree", lambda root: (root / "x").symlink_to("../outside"), "one to ../outside"),
    ("an absolute link", lambda root: (root / "x").symlink_to(root / "ansible.cfg"), "one to "),
    ("a broken link", lambda root: (root / "x").symlink_to("nothing"), "a broken one to nothing"),
    ("a link to itself", lambda root: (root / "x").symlink_to("x"), "a broken one to x"),
    (
        "a link to what is left out",
        lambda root: (root / "x").symlink_to(".git/hooks/run"),
        "one to .git/hooks/run",
    ),
    ("a pipe", lambda root: os.mkfifo(root / "x"), "a device, a pipe or a socket"),
    ("a name that is no UTF-8", lambda root: (root / os.fsdecode(b"\xff")).write_text(""), "another"),
]


@pytest.mark.parametrize(("what", "make", "found"), UNFIT, ids=[row[0] for row in UNFIT])
def test_what_could_change_unseen_is_refused(
    tree: Path, what: str, make: Callable[[Path], object], found: str
) -> None:
    (tree.parent / "outside").write_text("")
    (tree / ".git/hooks").mkdir(parents=True)
    (tree / ".git/hooks/run").write_text("")
    make(tree)
    with pytest.raises(PlanFault) as refused:
        tree_digests(tree)
    assert len(refused.value.faults) == 1
    assert refused.value.faults[0].found.startswith(found)


def test_everything_unfit_is_told_at_once(tree: Path) -> None:
    (tree / "a").symlink_to("/etc/passwd")
    (tree / "b").symlink_to("../..")
    os.mkfifo(tree / "c")
    with pytest.raises(PlanFault) as refused:
        tree_digests(tree)
    assert {Path(fault.file).name for fault in refused.value.faults} == {"a", "b", "c"}


def test_version_control_caches_and_what_is_named_are_left_out(tree: Path, tmp_path: Path) -> None:
    before = tree_digests(tree)
    for name in (".git/config", "roles/shop/__pycache__/x.pyc", "dml/shop.tar.gz", "plans/next.yml"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("")
    assert tree_digests(tree, leave_out=["dml", "plans/next.yml"]) == before
    private_copy(tree, tmp_path / "copy", before)
    assert not (tmp_path / "copy" / "roles/shop/__pycache__").exists()


def test_a_private_copy_is_of_what_was_digested_or_is_refused(tree: Path, tmp_path: Path) -> None:
    before = tree_digests(tree)
    (tree / "rollback/shop.yml").write_text("another")
    with pytest.raises(PlanFault):
        private_copy(tree, tmp_path / "copy", before)
    with pytest.raises(Conflict):
        private_copy(tree, tmp_path / "copy", before)


def test_a_project_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanFault):
        tree_digests(tmp_path / "nothing")
