"""What git ignores: git itself is asked what a tree has, in each case; then what Ansible finds although git ignores it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.adapters.files.tree.git_index import repository_at, tracked
from orchestrator.adapters.files.tree.playbook_tree import private_copy, tree_of
from orchestrator.adapters.files.tree.tree_rules import common_rules, project_rules
from tests.worlds.plans import plan_of, plan_tree

PLAN = plan_of(plan_tree())
HOME = Path("/nowhere/orch")
NO_PERSON = {
    **os.environ,
    "HOME": "/nowhere",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    asked = subprocess.run(
        ["git", *who, *words], cwd=root, env=NO_PERSON, check=True, capture_output=True, timeout=60
    )
    return asked.stdout.decode("utf-8", "surrogateescape")


def write(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def seen(root: Path) -> set[str]:
    return set(tree_of(root, project_rules(root, HOME, PLAN, root / "release.yml")).files)


def as_git(root: Path) -> set[str]:
    listed = git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    return {name for name in listed if name and (root / name).is_file()}


LISTS: dict[str, dict[str, str]] = {
    "by name, anywhere": {".gitignore": "out\n", "out/a": "", "b/out": "", "b/c": ""},
    "a folder alone": {".gitignore": "out/\n", "out/a": "", "b/out": "", "b/c": ""},
    "from the top": {".gitignore": "/out\n", "out": "", "b/out": ""},
    "nested": {"b/.gitignore": "x\n", "b/x": "", "b/c/x": "", "x": ""},
    "nested takes back": {
        ".gitignore": "*.log\n",
        "b/.gitignore": "!keep.log\n",
        "b/keep.log": "",
        "a.log": "",
    },
    "negation": {".gitignore": "b/*\n!b/keep\n", "b/keep": "", "b/x": ""},
    "negation below an ignored folder does nothing": {".gitignore": "b/\n!b/keep\n", "b/keep": "", "b/x": ""},
    "the last line counts": {".gitignore": "!x\nx\n", "x": "", "y": ""},
    "stars": {
        ".gitignore": "a/**/z\n**/q\nw/**\n",
        "a/z": "",
        "a/b/c/z": "",
        "b/q": "",
        "w/1": "",
        "ww/1": "",
    },
    "sets": {".gitignore": "[ab]?.t\n[!a]x\n", "a1.t": "", "c1.t": "", "ax": "", "bx": ""},
    "escapes and spaces": {
        ".gitignore": "\\#a\n\\!b\nc\\ \nd \n# e\n",
        "#a": "",
        "!b": "",
        "c ": "",
        "d": "",
        "e": "",
    },
    "case": {".gitignore": "README\n", "readme": "", "README": ""},
    "unicode": {".gitignore": "ü*\n", "über": "", "uber": ""},
    "everything": {".gitignore": "*\n!*.yml\n!.gitignore\n", "a.yml": "", "b": "", "c/d.yml": ""},
}


@pytest.mark.parametrize("files", LISTS.values(), ids=LISTS)
def test_a_tree_has_what_git_has(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, files)
    git(tmp_path, "init", "-q")
    assert seen(tmp_path) == as_git(tmp_path)


_NAMES = st.sampled_from(["a", "b", "ab", "a.log", "c.txt"])
_LINES = st.sampled_from(
    [
        "a",
        "a/",
        "/a",
        "b/a",
        "*.log",
        "!a.log",
        "**/b",
        "a/**",
        "a/*",
        "!a/b",
        "!b/",
        "?",
        "[ab]",
        "a/**/b",
        "*",
        "!*/",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    paths=st.sets(st.lists(_NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=6),
    lists=st.dictionaries(st.sampled_from(["", "a/", "b/"]), st.lists(_LINES, max_size=4), max_size=3),
    staged=st.integers(0, 6),
)
def test_any_lists_leave_out_what_git_leaves_out(
    tmp_path_factory: pytest.TempPathFactory, paths: set[str], lists: dict[str, list[str]], staged: int
) -> None:
    root = tmp_path_factory.mktemp("tree")
    files = {f"{path}/f" if path.count(".") == 0 else path.replace(".", "/") + ".log": "" for path in paths}
    write(root, files | {f"{folder}.gitignore": "\n".join(lines) for folder, lines in lists.items()})
    git(root, "init", "-q")
    git(root, "add", "-f", *sorted(files)[:staged], ".")
    assert seen(root) == as_git(root)


@pytest.mark.parametrize("version", ["2", "3", "4"])
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_the_index_is_read_as_git_reads_it(tmp_path: Path, version: str, form: str) -> None:
    names = ["a", "b/c", "b/cc", "b/ü", "d" * 200 + "/e", "z z"]
    write(tmp_path, dict.fromkeys(names, "x"))
    git(tmp_path, "init", "-q", f"--object-format={form}")
    git(tmp_path, "add", ".")
    if version == "3":
        write(tmp_path, {"later": ""})
        git(tmp_path, "add", "-N", "later")
        names.append("later")
    git(tmp_path, "update-index", "--index-version", version)
    repository = repository_at(tmp_path)
    assert repository is not None
    assert set(tracked(repository) or ()) == {*names, "b", "d" * 200, "."}


def test_an_index_that_cannot_be_read_ignores_nothing(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "x\n", "x": "", "y": ""})
    git(tmp_path, "init", "-q")
    assert seen(tmp_path) == {".gitignore", "y"}
    (tmp_path / ".git/index").write_bytes(b"DIRC\0\0\0\2\0\0\0\1")
    assert seen(tmp_path) == {".gitignore", "x", "y"}


def test_a_tracked_file_is_not_ignored(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "build/\n", "build/app.jar": "", "build/more.jar": ""})
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-f", "build/app.jar")
    assert seen(tmp_path) == {".gitignore", "build/app.jar"}


def test_the_list_of_one_checkout_counts_and_that_of_one_person_does_not(tmp_path: Path) -> None:
    write(tmp_path, {"a": "", "b": "", "person": "b\n"})
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "core.excludesFile", str(tmp_path / "person"))
    write(tmp_path, {".git/info/exclude": "a\n"})
    assert seen(tmp_path) == {"b", "person"}


def test_without_git_the_lists_count_as_well(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "x\n", "x": "", "sub/.gitignore": "y\n", "sub/y": "", "sub/z": ""})
    assert seen(tmp_path) == {".gitignore", "sub/.gitignore", "sub/z"}


def test_a_part_of_a_checkout_is_under_the_lists_above_it(tmp_path: Path) -> None:
    project = tmp_path / "deploy/shop"
    write(tmp_path, {".gitignore": "*.log\n/deploy/shop/x\n", "deploy/.gitignore": "shop/y\n"})
    write(project, {"a.log": "", "x": "", "y": "", "z": ""})
    git(tmp_path, "init", "-q")
    assert seen(project) == {"z"}


def test_a_project_that_git_ignores_as_a_whole_is_under_its_own_lists_alone(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "*\n"})
    project = write(tmp_path / "shop", {".gitignore": "x\n", "x": "", "y": ""})
    git(tmp_path, "init", "-q")
    assert seen(project) == {".gitignore", "y"}


def test_worktrees_and_submodules_have_their_own_index_and_lists(tmp_path: Path) -> None:
    inner = write(tmp_path / "inner", {".gitignore": "x\n", "y": "", "kept.log": ""})
    git(inner, "init", "-q")
    git(inner, "add", ".")
    git(inner, "commit", "-q", "-m", "a")
    main = write(tmp_path / "main", {".gitignore": "*.log\nx\n", "x": "", "y": ""})
    git(main, "init", "-q")
    git(main, "add", "-f", ".")
    git(main, "submodule", "--quiet", "add", str(inner), "sub")
    git(main, "commit", "-q", "-m", "a")
    write(main, {".git/info/exclude": "mine\n"})
    write(main / "sub", {"x": "", "new.log": ""})
    expected = {".gitignore", ".gitmodules", "x", "y"}
    assert seen(main) == expected | {"sub/.gitignore", "sub/y", "sub/kept.log", "sub/new.log"}
    git(main, "worktree", "add", "-q", str(tmp_path / "other"))
    write(tmp_path / "other", {"mine": "", "more.log": ""})
    assert seen(tmp_path / "other") == expected


FOUND = (
    "roles/common/tasks/main.yml",
    "collections/ansible_collections/a/b/plugins/modules/c.py",
    "group_vars/all.yml",
    "playbooks/host_vars/web1.yml",
    "playbooks/library/x.py",
    "playbooks/filter_plugins/y.py",
    "playbooks/files/app.jar",
    "playbooks/templates/app.j2",
    "galaxy/geerlingguy.docker/tasks/main.yml",
    ".collections/ansible_collections/a/b/MANIFEST.json",
    "ansible.cfg",
    "playbooks/app.yml",
)


def test_what_ansible_finds_by_itself_is_in_the_tree_although_git_ignores_it(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys((*FOUND, "build/app.jar", "node_modules/x/roles/y", "notes.txt"), "x"))
    cfg = "[defaults]\nroles_path = ./galaxy:roles\ncollections_path = .collections\n"
    write(tmp_path, {".gitignore": "*\n", "ansible.cfg": cfg})
    git(tmp_path, "init", "-q")
    assert seen(tmp_path) == set(FOUND)


def test_orchignore_takes_back_what_git_ignores(tmp_path: Path) -> None:
    write(
        tmp_path,
        {".gitignore": "build/\n*.bin\n", "build/a/app.jar": "", "build/b": "", "x.bin": "", "y.bin": ""},
    )
    write(tmp_path, {".orchignore": "!/build/a/app.jar\n!x.bin\n"})
    assert seen(tmp_path) == {".gitignore", ".orchignore", "build/a/app.jar", "x.bin"}
    write(tmp_path, {".orchignore": "!build/\n"})
    assert seen(tmp_path) == {".gitignore", ".orchignore", "build/a/app.jar", "build/b"}


def test_a_private_copy_is_compared_whole(tmp_path: Path) -> None:
    """What a run leaves in it counts, whatever the project's lists say; lists above the home do not."""
    project = write(tmp_path / "project", {".gitignore": "*.log\n", "a": "", "b.log": ""})
    write(tmp_path, {".gitignore": "*\n"})
    git(tmp_path, "init", "-q")
    copy = tmp_path / "home/frozen/x"
    made = private_copy(project, copy, project_rules(project, HOME, PLAN, project / "release.yml"))
    assert set(made.files) == {".gitignore", "a"}
    write(copy, {"left.log": ""})
    assert set(tree_of(copy, common_rules(copy, HOME, PLAN)).files) == {".gitignore", "a", "left.log"}


PASSWORDS = (".vault-pass", ".vault_pass.txt", "vault_password", "group_vars/.vaultpass", "secrets/become")


def test_passwords_of_the_vault_are_digested_and_copied_nowhere(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys((*PASSWORDS, "vault_password.yml", "client.sh"), "x"))
    cfg = "[defaults]\nvault_identity_list = a@client.sh, b@.vault-pass\nbecome_password_file = secrets/become\n"
    write(tmp_path, {"ansible.cfg": cfg})
    (tmp_path / "client.sh").chmod(0o755)
    assert seen(tmp_path) == {"ansible.cfg", "client.sh", "vault_password.yml"}
