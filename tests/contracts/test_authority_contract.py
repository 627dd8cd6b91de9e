"""What an authority keeps: it digests a project's tree, copies it privately, sees tampering, and restores what was approved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestrator.adapters.files.project_authority import ProjectAuthority
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.engine.ports import Authority, PrivateCopy, Tree
from orchestrator.errors import PlanFault
from tests.fakes.authority import FILES, FakeAuthority
from tests.worlds.plans import plan_of, plan_tree

PLAN = plan_of(plan_tree(waves=["rest"]))
DEPLOY, BACKOUT = "playbooks/app.yml", "rollback/app.yml"
POLICY = {"orch": 1, "policy": "house", "version": 1, "title": "House rules"}


class Bench(ABC):
    """An authority, and the hands of somebody who works in the project or meddles with a copy."""

    authority: Authority
    project: Path

    @abstractmethod
    def write(self, path: str, text: str | None) -> None:
        """Put a file into the project, or take it away."""

    @abstractmethod
    def meddle(self, copy: PrivateCopy, path: str, text: str | None) -> None:
        """Put a file into a private copy, or take it away."""

    @abstractmethod
    def in_place(self, files: dict[str, str]) -> Mapping[str, str]:
        """Have an inventory outside of the project with these files; its digests."""

    @abstractmethod
    def rule(self) -> None:
        """Have a policy that binds everything."""

    def tree(self) -> Tree:
        return self.authority.tree(PLAN, self.project, self.project / "plan.yml")

    def freeze(self, deployment: str = "d1") -> PrivateCopy:
        return self.authority.freeze(deployment, PLAN, self.project, self.project / "plan.yml")

    def copied(self, copy: PrivateCopy) -> Tree:
        return self.authority.copied(PLAN, copy.place)

    def restore(self, copy: PrivateCopy, *lost: str, added: tuple[str, ...] = ()) -> set[str]:
        files = {path: copy.tree.files[path] for path in lost}
        return set(self.authority.restore(copy.place, self.project, files, added))


class OnDisk(Bench):
    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.authority = ProjectAuthority(folder / "orch")
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path: str, text: str | None) -> None:
        _put(self.project / path, text)

    def meddle(self, copy: PrivateCopy, path: str, text: str | None) -> None:
        _put(Path(copy.place) / path, text)

    def in_place(self, files: dict[str, str]) -> Mapping[str, str]:
        for name, text in files.items():
            _put(self.project.parent / "elsewhere" / name, text)
        resources = PLAN.resources.model_copy(update={"inventory": "../elsewhere/hosts"})
        return self.authority.inventory_in_place(
            PLAN.model_copy(update={"resources": resources}), self.project
        )

    def rule(self) -> None:
        self.write("policies/house.yml", "\n".join(f"{name}: {value}" for name, value in POLICY.items()))


class InMemory(Bench):
    def __init__(self) -> None:
        self.project = Path("/project")
        self.authority = self.fake = FakeAuthority()

    def write(self, path: str, text: str | None) -> None:
        _set(self.fake.files, path, text)

    def meddle(self, copy: PrivateCopy, path: str, text: str | None) -> None:
        _set(self.fake.frozen[Path(copy.place).name], path, text)

    def in_place(self, files: dict[str, str]) -> Mapping[str, str]:
        self.fake.in_place = {f"/elsewhere/{name}": text for name, text in files.items()}
        return self.fake.inventory_in_place(PLAN, self.project)

    def rule(self) -> None:
        self.fake.policy = ReleasePolicy.model_validate(POLICY)


def _put(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def _set(files: dict[str, str], path: str, text: str | None) -> None:
    if text is None:
        del files[path]
    else:
        files[path] = text


@pytest.fixture(params=["disk", "fake"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    return OnDisk(tmp_path) if request.param == "disk" else InMemory()


def test_a_tree_has_a_digest_for_each_file_and_the_size_of_all(bench: Bench) -> None:
    before = bench.tree()
    assert set(before.files) == set(FILES)
    assert before.size == sum(map(len, FILES.values()))
    bench.write(BACKOUT, "backs ouT")
    bench.write("playbooks/more.yml", "more")
    after = bench.tree()
    assert set(after.files) == {*FILES, "playbooks/more.yml"}
    assert after.files[DEPLOY] == before.files[DEPLOY]
    assert after.files[BACKOUT] != before.files[BACKOUT]


def test_an_inventory_outside_of_the_project_is_digested_where_it_lies_and_is_in_no_copy(
    bench: Bench,
) -> None:
    before = bench.in_place({"hosts": "web", "group_vars/web.yml": "port: 1"})
    assert {Path(path).name for path in before} == {"hosts", "web.yml"}
    assert all(path.startswith("/") for path in before)
    assert bench.freeze().tree.files.keys() == set(FILES)
    after = bench.in_place({"hosts": "web", "group_vars/web.yml": "port: 2"})
    assert [Path(path).name for path in before if before[path] != after[path]] == ["web.yml"]


def test_one_in_the_project_is_a_part_of_its_tree(bench: Bench) -> None:
    assert bench.authority.inventory_in_place(PLAN, bench.project) == {}


def test_a_copy_holds_what_was_there_and_the_project_goes_on(bench: Bench) -> None:
    before, copy = bench.tree(), bench.freeze()
    assert copy.tree == before
    bench.write(DEPLOY, "deploys something else")
    assert bench.copied(copy) == before
    assert bench.authority.copies() == ["d1"]


def test_a_copy_that_is_made_again_is_made_anew(bench: Bench) -> None:
    first = bench.freeze()
    bench.meddle(first, "playbooks/left.yml", "left over")
    bench.write(DEPLOY, "deploys something else")
    second = bench.freeze()
    assert second.place == first.place
    assert bench.copied(second) == second.tree == bench.tree()


@pytest.mark.parametrize(
    ("path", "text"),
    [(BACKOUT, "nothing"), (BACKOUT, None), ("playbooks/group_vars/all.yml", "x: 1")],
    ids=["changed", "removed", "added"],
)
def test_meddling_with_a_copy_is_seen(bench: Bench, path: str, text: str | None) -> None:
    copy = bench.freeze()
    bench.meddle(copy, path, text)
    seen = bench.copied(copy).files
    assert seen.get(path) != copy.tree.files.get(path)
    assert {**seen, path: ""} == {**copy.tree.files, path: ""}


def test_files_are_put_back_and_what_was_added_is_removed(bench: Bench) -> None:
    copy = bench.freeze()
    bench.meddle(copy, BACKOUT, "nothing")
    bench.meddle(copy, DEPLOY, None)
    bench.meddle(copy, "playbooks/added.yml", "x: 1")
    added = ("playbooks/added.yml",)
    assert bench.restore(copy, DEPLOY, BACKOUT, added=added) == {DEPLOY, BACKOUT, *added}
    assert bench.copied(copy) == copy.tree


def test_nothing_is_put_back_from_what_is_another_in_the_project_too(bench: Bench) -> None:
    copy = bench.freeze()
    bench.meddle(copy, BACKOUT, "nothing")
    bench.write(BACKOUT, "something else")
    meddled = bench.copied(copy)
    assert bench.restore(copy, BACKOUT) == set()
    bench.write(BACKOUT, None)
    assert bench.restore(copy, BACKOUT) == set()
    assert bench.copied(copy) == meddled


def test_a_copy_that_is_gone_is_a_fault(bench: Bench) -> None:
    copy, other = bench.freeze(), bench.freeze("d2")
    bench.authority.discard("d1")
    bench.authority.discard("never-there")
    assert bench.authority.copies() == ["d2"]
    assert bench.copied(other) == other.tree
    with pytest.raises(PlanFault):
        bench.copied(copy)


def test_what_binds(bench: Bench) -> None:
    nothing = bench.authority.governing(PLAN, bench.project)
    assert (nothing.policy, nothing.model, nothing.objections) == (None, None, ())
    before = bench.tree()
    bench.rule()
    binds = bench.authority.governing(PLAN, bench.project)
    assert binds.policy is not None
    assert (binds.policy.policy, binds.model, binds.objections) == ("house", None, ())
    assert bench.tree() == before
