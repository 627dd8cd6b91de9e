"""The shipped example by itself: its packages are what their sources say, its plans can be read in every variant."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from orchestrator.adapters.files.plan_file import load_plan
from tests.cases.example.variants import FORGETFUL, KINDS, PLANS, ROOT, project, variant


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build", ROOT / "dml/build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_release_has_a_plan(build: ModuleType) -> None:
    assert [f"shop-{version}.yml" for version in build.releases()] == [plan.name for plan in PLANS]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)
def test_the_package_is_what_its_sources_say(build: ModuleType, plan: Path) -> None:
    (unit,) = load_plan(plan).noun.release.units
    package = (ROOT / unit.artefact).read_bytes()
    assert gzip.decompress(package) == build.archive(unit.version)
    assert hashlib.sha256(package).hexdigest() == unit.sha256


def test_a_build_leaves_a_right_package_alone_and_replaces_a_wrong_one(
    build: ModuleType, tmp_path: Path
) -> None:
    package = build.build("1.1.0", tmp_path)
    right = package.read_bytes()
    recompressed = gzip.compress(gzip.decompress(right), compresslevel=1, mtime=0)
    package.write_bytes(recompressed)
    assert build.build("1.1.0", tmp_path).read_bytes() == recompressed
    package.write_bytes(build.build("1.0.0", tmp_path).read_bytes())
    assert build.build("1.1.0", tmp_path).read_bytes() == right


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)
def test_a_plan_is_short_and_speaks_of_one_release(plan: Path) -> None:
    read = load_plan(plan).noun
    assert len(plan.read_text().splitlines()) < (40 if plan.stem == "shop-1.0.0" else 60)
    assert {read.release.version, *(unit.version for unit in read.release.units)} == {
        plan.stem.removeprefix("shop-")
    }
    assert read.release.version in (read.release.units[0].on_target or "")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)
def test_every_plan_can_take_every_strategy(plan: Path, kind: str, tmp_path: Path) -> None:
    written = tmp_path / "plan.yml"
    written.write_text(variant(plan, kind, inventory=tmp_path / "hosts.yml", backout=FORGETFUL))
    changed, own = load_plan(written).noun, load_plan(plan).noun
    assert (changed.strategy.kind, changed.backout.playbook) == (kind, FORGETFUL)
    assert changed.resources.inventory == str(tmp_path / "hosts.yml")
    assert changed.validation == own.validation
    assert changed.release == own.release


def test_the_copy_of_the_project_has_all_that_the_plans_name(tmp_path: Path) -> None:
    copy = project(tmp_path / "project")
    for plan in PLANS:
        read = load_plan(copy / "plans" / plan.name).noun
        named = [*read.playbooks, *(u.artefact for u in read.release.units)]
        assert [name for name in named if not (copy / name).is_file()] == []


def test_by_hand_the_variant_is_printed() -> None:
    command = [sys.executable, "-m", "tests.cases.example.variants", str(PLANS[0]), "pilot"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed == variant(PLANS[0], "pilot")
