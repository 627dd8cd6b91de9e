"""The wheel has the package, what a checkout has beside it, and nothing else."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from orchestrator.adapters.extras import command_for, requirements
from tests.packaging.wheels import ROOT, built

SHIPPED = [
    "checks", "dml", "docs", "environments", "examples", "inventories", "models", "plans", "playbooks", "policies", "rollback",
    "README.md", "CHANGELOG.md", "constraints.txt", "Containerfile",
]  # fmt: skip


def tracked(*paths: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *paths], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    return {path for path in listed.stdout.splitlines() if (ROOT / path).exists()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("dist"))


def test_it_has_what_git_has_and_nothing_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = tracked("orchestrator")
    beside = {f"orchestrator/shipped/{path}" for path in tracked(*SHIPPED)}
    assert names - {"orchestrator/COMMIT"} == package | beside
    assert {name.split("/")[0] for name in names} == {"orchestrator"}


def test_every_folder_that_the_product_may_ask_for_is_there() -> None:
    from setup.shipped_files import SHIPPED as PACKED

    assert set(PACKED) == set(SHIPPED)


@pytest.mark.slow
def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = built(ROOT, tmp_path / "source", "sdist")
    subprocess.run(["tar", "-xzf", str(archive), "-C", str(tmp_path)], check=True)
    [tree] = tmp_path.glob("orch_release-*")
    assert content(built(tree, tmp_path / "again")) == content(wheel)


def content(wheel: Path) -> dict[str, int]:
    with zipfile.ZipFile(wheel) as archive:
        return {each.filename: each.CRC for each in archive.infolist()}


# how the environment was made, the command
WAYS = [
    ("", "/opt/x/bin/python -m pip install 'mitogen>=0.3'"),
    ("pipx_metadata.json", "pipx inject x 'mitogen>=0.3'"),
    ("uv-receipt.toml", "uv pip install --python /opt/x/bin/python 'mitogen>=0.3'"),
]


@pytest.mark.parametrize(("mark", "command"), WAYS, ids=["pip", "pipx", "uv"])
def test_a_missing_extra_is_installed_as_orch_was(tmp_path: Path, mark: str, command: str) -> None:
    prefix = tmp_path / "x"
    prefix.mkdir()
    if mark:
        (prefix / mark).write_text("")
    assert command_for("mitogen", ["mitogen>=0.3"], prefix, "/opt/x/bin/python") == command


@pytest.mark.parametrize(
    ("extra", "package"),
    [("mitogen", "mitogen"), ("postgresql", "psycopg[binary]"), ("pdf", "typst"), ("apprise", "apprise")],
)
def test_what_an_extra_consists_of_is_known_where_orch_is_installed(extra: str, package: str) -> None:
    [wanted] = requirements(extra)
    assert wanted.startswith(package)
    assert ";" not in wanted
