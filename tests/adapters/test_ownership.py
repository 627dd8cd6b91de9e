"""Places that others can write to decide nothing: each step from the root of the disk to the place is looked at."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from orchestrator.adapters.ownership import exposure_of
from orchestrator.adapters.store.private import private_directory
from orchestrator.errors import StoreFault

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
NO_ACCOUNTS = pytest.mark.skipif(shutil.which("useradd") is None, reason="accounts cannot be made here")
NOBODY = 65534
STRANGER = 4242
"""A user, and a group, that no account of this machine has."""


class Layout(NamedTuple):
    """A folder above, a folder, and a file in it, by owner, group and mode; and what is said of them, if anything."""

    what: str
    above: tuple[int, int, int]
    folder: tuple[int, int, int]
    file: tuple[int, int, int]
    says: str


MINE = (0, 0, 0o755)
FILE = (0, 0, 0o644)
LAYOUTS = (
    Layout("everything is root's", MINE, MINE, FILE, ""),
    Layout("nobody else may even read", (0, 0, 0o700), (0, 0, 0o700), (0, 0, 0o600), ""),
    Layout("a folder of all", MINE, (0, 0, 0o777), FILE, "chmod o-w {folder}"),
    Layout("a folder of a group", MINE, (0, STRANGER, 0o775), FILE, "chmod g-w {folder}"),
    Layout("a folder of another's group", MINE, (0, NOBODY, 0o770), FILE, "chmod g-w {folder}"),
    Layout("a group that may only read", MINE, (0, STRANGER, 0o755), (0, STRANGER, 0o644), ""),
    Layout(
        "a folder of somebody else", MINE, (STRANGER, 0, 0o755), FILE, "{folder}, which belongs to user 4242"
    ),
    Layout("a folder of somebody else, closed", MINE, (STRANGER, 0, 0o555), FILE, "chown root {folder}"),
    Layout("a file of all", MINE, MINE, (0, 0, 0o666), "chmod o-w {file}"),
    Layout("a file of a group", MINE, MINE, (0, STRANGER, 0o664), "chmod g-w {file}"),
    Layout("a file of somebody else", MINE, MINE, (STRANGER, 0, 0o644), "{file}, which belongs to user 4242"),
    Layout(
        "a file of somebody else, closed", MINE, MINE, (NOBODY, 0, 0o444), "{file}, which belongs to nobody"
    ),
    Layout("a folder above is of all", (0, 0, 0o777), MINE, FILE, "chmod o-w {above}"),
    Layout("a folder above is of a group", (0, STRANGER, 0o775), MINE, FILE, "chmod g-w {above}"),
    Layout("a folder above is of somebody else", (STRANGER, 0, 0o755), MINE, FILE, "chown root {above}"),
    Layout("a folder above is sticky", (0, 0, 0o1777), MINE, FILE, ""),
    Layout(
        "a folder above is sticky, and the folder of all",
        (0, 0, 0o1777),
        (0, 0, 0o777),
        FILE,
        "chmod o-w {folder}",
    ),
    Layout(
        "a sticky folder above is of somebody else",
        (STRANGER, 0, 0o1777),
        MINE,
        FILE,
        "{above}, which belongs to",
    ),
    Layout("the folder itself is sticky: others could add to it", MINE, (0, 0, 0o1777), FILE, ""),
    Layout(
        "what is in a sticky folder is of somebody else",
        (0, 0, 0o1777),
        (STRANGER, 0, 0o755),
        FILE,
        "{folder}",
    ),
    Layout(
        "everything may be written by all", (0, 0, 0o777), (0, 0, 0o777), (0, 0, 0o666), "chmod o-w {above}"
    ),
)


def _laid(place: Path, layout: Layout) -> dict[str, Path]:
    place.chmod(0o755)
    above, folder = place / "above", place / "above/keys"
    folder.mkdir(parents=True)
    file = folder / "key.json"
    file.touch()
    for path, (user, group, mode) in zip(
        (file, folder, above), (layout.file, layout.folder, layout.above), strict=True
    ):
        os.chown(path, user, group)
        path.chmod(mode)
    return {"above": above, "folder": folder, "file": file}


@ROOT_ONLY
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.what)
def test_layout(tmp_path: Path, layout: Layout) -> None:
    places = _laid(tmp_path, layout)
    exposure = exposure_of(places["file"])
    if layout.says:
        assert exposure is not None
        assert layout.says.format(**places) in f"{exposure.found}; {exposure.next_move}"
    else:
        assert exposure is None


@ROOT_ONLY
def test_a_folder_to_which_others_can_add_is_exposed_even_where_it_is_sticky(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    folder.chmod(0o1777)
    assert exposure_of(folder) is not None


@ROOT_ONLY
def test_both_ends_of_a_link_count(tmp_path: Path) -> None:
    open_folder, closed = tmp_path / "open", tmp_path / "closed"
    for folder in (open_folder, closed):
        folder.mkdir()
    (closed / "keys").mkdir()
    (open_folder / "keys").symlink_to(closed / "keys")
    assert exposure_of(open_folder / "keys") is None
    open_folder.chmod(0o777)
    assert exposure_of(open_folder / "keys") is not None
    open_folder.chmod(0o755)
    closed.chmod(0o777)
    assert exposure_of(open_folder / "keys") is not None


@ROOT_ONLY
def test_a_link_of_somebody_else_in_a_sticky_folder_is_exposed(tmp_path: Path) -> None:
    (tmp_path / "sticky").mkdir()
    (tmp_path / "sticky").chmod(0o1777)
    (tmp_path / "keys").mkdir()
    link = tmp_path / "sticky/keys"
    link.symlink_to(tmp_path / "keys")
    assert exposure_of(link) is None
    os.lchown(link, STRANGER, STRANGER)
    assert exposure_of(link) is not None


def test_what_is_missing_is_not_exposed(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert exposure_of(tmp_path / "keys") is None
    tmp_path.chmod(0o755)


@ROOT_ONLY
@pytest.mark.parametrize(("user", "mode"), [(0, 0o777), (0, 0o1777), (STRANGER, 0o700)])
def test_the_home_is_not_taken_where_others_can_write(tmp_path: Path, user: int, mode: int) -> None:
    home = private_directory(tmp_path / "home")
    os.chown(home, user, 0)
    home.chmod(mode)
    with pytest.raises(StoreFault, match="holds orch's records"):
        private_directory(home)


class Person(NamedTuple):
    """A real account of this machine."""

    name: str
    user: int
    group: int


@pytest.fixture
def two_people() -> Iterator[tuple[Person, Person]]:
    """Two accounts, each with a group of its own, as Debian makes them."""
    names = [f"orch{os.getpid()}{letter}" for letter in "ab"]
    for name in names:
        subprocess.run(["useradd", "--user-group", "--no-create-home", name], check=True)
    try:
        people = [pwd.getpwnam(name) for name in names]
        yield tuple(Person(each.pw_name, each.pw_uid, each.pw_gid) for each in people)  # type: ignore[misc]
    finally:
        for name in names:
            subprocess.run(["userdel", name], check=False, capture_output=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may enter; pytest closes its own whenever another of its processes begins."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


ASK = """
import sys
from pathlib import Path
from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.adapters.keys.folder_keys import FolderKeys
from orchestrator.errors import PlanFault
from tests.worlds.plans import plan_of, plan_tree
project, home = map(Path, sys.argv[1:])
try:
    print(ProjectAuthority(home).governing(plan_of(plan_tree()), project).policy.policy)
    print(len(FolderKeys(home).keyring(project).keys))
except PlanFault as fault:
    print(fault)
"""


def _ask(person: Person, project: Path, home: Path) -> str:
    """What this person's orch makes of policies and keys there."""
    answer = subprocess.run(
        [sys.executable, "-c", ASK, project, home],
        user=person.user, group=person.group, extra_groups=[], capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return answer.stdout + answer.stderr


@ROOT_ONLY
@NO_ACCOUNTS
def test_one_of_two_people_decides_nothing_in_the_folders_of_the_other(
    open_folder: Path, two_people: tuple[Person, Person]
) -> None:
    ada, eve = two_people
    project, home = open_folder / "project", open_folder / "home"
    policies = project / "policies"
    for folder in (project, home, policies):
        folder.mkdir()
    file = policies / "live.yml"
    file.write_text("{orch: 1, policy: house, version: 1, title: House rules}")
    for path in (project, home, policies, file):
        os.chown(path, ada.user, ada.group)
        path.chmod(0o775 if path.is_dir() else 0o664)  # as git leaves them with umask 002
    assert grp.getgrgid(ada.group).gr_name == ada.name
    assert _ask(ada, project, home) == "house\n0\n"
    assert f"belongs to {ada.name}" in _ask(eve, project, home)

    os.chown(file, eve.user, ada.group)
    assert f"{file}, which belongs to {eve.name}" in _ask(ada, project, home)
    os.chown(file, ada.user, ada.group)

    os.chown(policies, ada.user, eve.group)
    assert f"chmod g-w {policies}" in _ask(ada, project, home)
    os.chown(policies, ada.user, ada.group)

    subprocess.run(["usermod", "--append", "--groups", ada.name, eve.name], check=True)
    assert f"chmod g-w {project}" in _ask(ada, project, home)
    subprocess.run(["gpasswd", "--delete", eve.name, ada.name], check=True, capture_output=True)
    assert _ask(ada, project, home) == "house\n0\n"


@ROOT_ONLY
@NO_ACCOUNTS
def test_nobody_is_told_to_take_away_the_home_of_a_person(two_people: tuple[Person, Person]) -> None:
    ada, _eve = two_people
    home = Path(pwd.getpwnam(ada.name).pw_dir)
    home.mkdir()
    try:
        os.chown(home, ada.user, ada.group)
        exposure = exposure_of(home)
    finally:
        home.rmdir()
    assert exposure is not None
    assert exposure.next_move == f"run orch as {ada.name}, or keep it where only root can write"
