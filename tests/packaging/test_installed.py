"""orch as it is installed: without a checkout, and without extras, each of which is told with the command that installs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.packaging.wheels import ROOT, Installed, built, installed
from tests.worlds.sealed_fleet import sealed_fleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def orch(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    return installed(built(ROOT, folder / "dist"), folder / "environment")


@pytest.fixture
def shop(orch: Installed, tmp_path: Path) -> Path:
    """The example as the package carries it, over hosts that nobody asks."""
    project = tmp_path / "shop"
    shutil.copytree(orch.shipped, project)
    (project / "inventories/lab/hosts.yml").write_text("web: {hosts: {web1: {ansible_host: 192.0.2.1}}}\n")
    return project


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a deployment."""
    fleet = sealed_fleet(tmp_path / "home")
    fleet.deploy()
    return tmp_path / "home"


def test_nothing_is_read_from_a_checkout(orch: Installed, tmp_path: Path) -> None:
    asked = orch.ask(tmp_path, "import orchestrator, sys; print(orchestrator.__file__, *sys.path, sep='\\n')")
    assert str(ROOT) + "/orchestrator" not in asked.stdout
    assert str(orch.prefix) in asked.stdout.splitlines()[0]


def test_the_example_is_checked_and_shown(orch: Installed, shop: Path) -> None:
    for words in (("plan", "check"), ("plan", "show")):
        ended = orch.run(shop, *words, "plans/shop-1.0.0.yml")
        assert ended.returncode == 0, ended.stdout + ended.stderr
    listed = orch.run(shop, "model", "list")
    assert (listed.returncode, "rolling-web-service" in listed.stdout) == (0, True), listed
    schema = orch.run(shop, "plan", "schema")
    assert "properties" in json.loads(schema.stdout)
    assert orch.run(shop, "--version").stdout.startswith("orch 0.")


def test_records_and_reports_are_written(orch: Installed, home: Path, tmp_path: Path) -> None:
    for words, mark in (
        (("record", "show", "--html"), "<html"),
        (("report", "--html"), "<html"),
        (("evidence", "show", "--html"), "<html"),
        (("schedule", "export", "--html"), "<html"),
    ):
        page = tmp_path / "page.html"
        ended = orch.run(tmp_path, *words, str(page), ORCH_HOME=str(home))
        assert ended.returncode == 0, (words, ended.stdout + ended.stderr)
        assert mark in page.read_text()
        page.unlink()


# what is asked, exit code, the package of the extra
MISSING = [
    (("record", "show", "--pdf", "r.pdf"), {}, 12, "'typst>=0.15,<0.16'"),
    (("list",), {"ORCH_STORE_URL": "postgresql://nobody@127.0.0.1/none"}, 12, "'psycopg[binary]>=3.2,<4'"),
]


@pytest.mark.parametrize(("words", "environment", "code", "package"), MISSING, ids=["pdf", "postgresql"])
def test_a_missing_extra_is_told_with_its_command(
    orch: Installed, home: Path, tmp_path: Path, words: tuple[str, ...], environment: dict[str, str], code: int, package: str
) -> None:  # fmt: skip
    ended = orch.run(tmp_path, *words, ORCH_HOME=str(home), **environment)
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended
    errors = " ".join(ended.stderr.split())
    name = package.partition("=")[0].partition(">")[0]
    assert f"{orch.python} -m pip install {name}" in errors, ended.stderr


def test_a_plan_that_asks_for_mitogen_is_a_fault_before_any_host_is_asked(
    orch: Installed, shop: Path
) -> None:
    plan = shop / "plans/shop-1.0.0.yml"
    text = plan.read_text()
    assert text.count("strategy: {") == 1
    plan.write_text(text.replace("strategy: {", "strategy: {accelerate: mitogen, "))
    for words in (("plan", "check"), ("deploy",)):
        ended = orch.run(shop, *words, "plans/shop-1.0.0.yml")
        assert ended.returncode == 3, ended
        errors = " ".join(ended.stderr.split())
        assert f"mitogen is not installed where orch is: {orch.python} -m pip install 'mitogen" in errors


SQL = """
from pathlib import Path
from orchestrator.adapters.metrics.sql import sql_number
from orchestrator.domain.plan.metric import Dsn, SqlSource
Path("dsn").write_text("ADDRESS")
source = SqlSource(dsn=Dsn(file="dsn"), query="SELECT 1")
print(sql_number(source, (), None, 1.0, Path.cwd(), {}))
"""


def test_a_metric_of_sqlite_needs_no_driver_and_one_of_postgresql_says_so(
    orch: Installed, tmp_path: Path
) -> None:
    of_sqlite = orch.ask(tmp_path, SQL.replace("ADDRESS", "sqlite:///numbers.sqlite"))
    assert (of_sqlite.returncode, "no_answer" in of_sqlite.stdout) == (0, True), of_sqlite
    of_server = orch.ask(tmp_path, SQL.replace("ADDRESS", "postgresql://nobody@127.0.0.1/none"))
    assert f"{orch.python} -m pip install 'psycopg[binary]" in of_server.stdout, of_server
    assert "unusable" in of_server.stdout
