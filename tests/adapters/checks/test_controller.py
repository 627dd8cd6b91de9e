"""Checks of this machine, for all targets: order, patience, and the testinfra files of users."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters import process
from orchestrator.adapters.checks import ControllerChecks
from orchestrator.adapters.clock import SystemClock
from orchestrator.domain.plan.check import Check, CheckResult, TcpCheck, TestinfraCheck
from orchestrator.domain.plan.target import Target
from tests.adapters.ssh.loopback import Loopback, free_port, loopback_sshd
from tests.fakes.clock import FakeClock
from tests.worlds import asking_here

GOOD = """
import pytest

def test_root(host):
    assert host.user("root").exists

@pytest.mark.skip
def test_another_day(host):
    assert False
"""
BAD = """
def test_fine(host):
    assert host.user("root").exists

def test_file(host):
    assert host.file("/nowhere").exists, "it is not there"

def test_more(host):
    assert False
"""
ALL_SKIPPED = "import pytest\n@pytest.mark.skip\ndef test_it(host): pass\n"
NOT_OF_THE_HOST = "def test_it(): assert True\n"
OTHER_HOSTS = 'testinfra_hosts = ["ssh://elsewhere"]\ndef test_it(): assert True\n'
BROKEN = "def test_it(host:\n"
DIES = "import os\ndef test_it(host): os._exit(0)\n"
HANGS = "import time\ndef test_it(host): time.sleep(60)\n"
EXITS = """
import pytest

def test_trivial(host):
    assert True

def test_stop(host):
    pytest.exit("no licence server", returncode={status})

def test_the_release_works(host):
    assert host.file("/nowhere").exists
"""
EXITS_AT_THE_END = """
import pytest

@pytest.fixture
def licence():
    yield
    pytest.exit("no licence server", returncode=0)

def test_it(host, licence):
    assert True
"""
EXITS_WHEN_READ = "import pytest\npytest.exit('no licence server')\ndef test_it(host): pass\n"
XFAILS = "import pytest\n@pytest.mark.xfail\ndef test_it(host): assert False\n"
PRINTS = "def test_it(host):\n    print('passed ' * 1000)\n    assert False, '\\x1b[31mred'\n"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def ask(targets: list[Target], check: Check, project: Path) -> dict[str, CheckResult]:
    results = ControllerChecks(process.run, SystemClock(), asking_here.HERE)(targets, [check], project)
    assert [each.host for each in results] == [target.host for target in targets]
    return {each.host: each for each in results}


EARLY = "the run did not reach its end: "
UNREADABLE = "the file cannot be read as tests: "
FILES = [
    ("good", GOOD, "passed", "1 passed, 1 skipped"),
    ("bad", BAD, "failed", "test_file: AssertionError: it is not there (and 1 more)"),
    ("all skipped", ALL_SKIPPED, "failed", "no test ran for this host: 1 skipped"),
    ("not of the host", NOT_OF_THE_HOST, "failed", "no test ran for this host"),
    ("for other hosts", OTHER_HOSTS, "failed", "no test ran for this host"),
    ("no tests", "X = 1\n", "failed", "no test ran for this host"),
    ("broken", BROKEN, "failed", UNREADABLE),
    ("exits", EXITS.format(status=None), "failed", f"{EARLY}1 of 6 tests ran: no licence server"),
    ("exits as if it were well", EXITS.format(status=0), "failed", f"{EARLY}1 of 6 tests ran: no licence"),
    (
        "exits as if a test had failed",
        EXITS.format(status=1),
        "failed",
        f"{EARLY}1 of 6 tests ran: no licence",
    ),
    (
        "exits in what follows a test",
        EXITS_AT_THE_END,
        "failed",
        f"{EARLY}0 of 2 tests ran: no licence server",
    ),
    ("exits when it is read", EXITS_WHEN_READ, "failed", f"{UNREADABLE}_pytest.outcomes.Exit: no licence"),
    ("all expected to fail", XFAILS, "failed", "no test ran for this host: 1 skipped"),
    ("dies", DIES, "inconclusive", "pytest died (exit code 0)"),
    ("prints", PRINTS, "failed", "test_it: AssertionError: "),
]
QUICK = ("good", "bad", "exits as if it were well", "dies")


@pytest.mark.parametrize(
    ("text", "answer", "finding"),
    [pytest.param(*row[1:], id=row[0], marks=() if row[0] in QUICK else pytest.mark.long) for row in FILES],
)
def test_testinfra(sshd: Loopback, tmp_path: Path, text: str, answer: str, finding: str) -> None:
    (tmp_path / "test_shop.py").write_text(text)
    before = sorted(tmp_path.rglob("*"))
    results = ask([sshd.target("web1"), sshd.target("web2")], TestinfraCheck(path="test_shop.py"), tmp_path)
    assert {each.answer for each in results.values()} == {answer}, results
    assert all(each.found.startswith(finding) and each.found.isprintable() for each in results.values()), (
        results
    )
    assert sorted(tmp_path.rglob("*")) == before, "the user's folder stays clean"


CONFTESTS = [
    (
        "pytest breaks",
        "def pytest_runtest_logreport(report):\n    if 'more' in report.nodeid: raise ValueError('torn')\n",
        "failed",
        f"{EARLY}1 of 4 tests ran: ValueError: torn",
    ),
    (
        "another part of pytest is not content",
        "def pytest_sessionfinish(session):\n    session.exitstatus = 1\n",
        "failed",
        "every test that ran passed, and pytest ended with exit code 1",
    ),
    (
        "stopped on the way",
        "def pytest_runtest_logfinish(nodeid):\n    raise KeyboardInterrupt\n",
        "failed",
        f"{EARLY}0 of 4 tests ran: KeyboardInterrupt",
    ),
    (
        "some left out by the user",
        "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if 'more' in i.name]\n",
        "passed",
        "1 passed",
    ),
]


@pytest.mark.parametrize(
    ("conftest", "answer", "finding"), [row[1:] for row in CONFTESTS], ids=[row[0] for row in CONFTESTS]
)
def test_a_run_of_tests_counts_only_with_its_whole_end(
    sshd: Loopback, tmp_path: Path, conftest: str, answer: str, finding: str
) -> None:
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_shop.py").write_text("def test_it(host): pass\ndef test_more(host): pass\n")
    results = ask([sshd.target("web1"), sshd.target("web2")], TestinfraCheck(path="test_shop.py"), tmp_path)
    assert {(each.answer, each.found) for each in results.values()} == {(answer, finding)}


def test_where_pytest_stops_at_the_first_failure_the_other_hosts_have_not_passed(
    sshd: Loopback, tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -x\n")
    (tmp_path / "test_shop.py").write_text(
        "def test_it(host): pass\n"
        "def test_other(host):\n    assert host.backend.get_pytest_id() != 'ssh://web1'\n"
    )
    results = ask([sshd.target("web1"), sshd.target("web2")], TestinfraCheck(path="test_shop.py"), tmp_path)
    assert results["web1"].found.startswith("test_other: ")
    assert (results["web2"].answer, results["web2"].found) == ("failed", f"{EARLY}2 of 4 tests ran")


def test_testinfra_tells_hosts_apart(sshd: Loopback, tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(
        "def test_it(host):\n    assert host.backend.get_pytest_id() != 'ssh://web2'\n"
    )
    dead = sshd.target("dead").model_copy(update={"port": free_port()})
    stranger = tmp_path / "known_hosts"
    stranger.write_text("")
    unpinned = sshd.target("unpinned").model_copy(update={"known_hosts": str(stranger)})
    (tmp_path / "test_live.py").write_text(
        "def test_it(host):\n    assert host.check_output('echo hi') == 'hi'\n"
    )
    results = ask([sshd.target("web1"), sshd.target("web2")], TestinfraCheck(path="test_shop.py"), tmp_path)
    assert [each.answer for each in results.values()] == ["passed", "failed"]
    results = ask([sshd.target("web1"), dead, unpinned], TestinfraCheck(path="test_live.py"), tmp_path)
    assert [each.answer for each in results.values()] == ["passed", "inconclusive", "inconclusive"]
    assert results["dead"].found.startswith("no ssh connection: ")


def test_testinfra_that_hangs_is_inconclusive(sshd: Loopback, tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(HANGS)
    [result] = ask([sshd.target("web1")], TestinfraCheck(path="test_shop.py", timeout=3), tmp_path).values()
    assert (result.answer, result.found) == ("inconclusive", "no end within 3 s")


def test_testinfra_runs_with_the_users_conftest_and_pytest_ini(sshd: Loopback, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_functions = check_*\n")
    (tmp_path / "tests/conftest.py").write_text(
        "import pytest\n@pytest.fixture\ndef wanted(): return 'root'\n"
    )
    (tmp_path / "tests/test_shop.py").write_text(
        "def check_it(host, wanted): assert host.user(wanted).exists\n"
    )
    [result] = ask([sshd.target("web1")], TestinfraCheck(path="tests/test_shop.py"), tmp_path).values()
    assert (result.answer, result.found) == ("passed", "1 passed")


def test_a_file_that_is_not_there(sshd: Loopback, tmp_path: Path) -> None:
    [result] = ask([sshd.target("web1")], TestinfraCheck(path="none.py"), tmp_path).values()
    assert result.answer == "inconclusive"


def test_order_and_no_result_missing(tmp_path: Path) -> None:
    targets = [Target(host=f"web{number}", address="127.0.0.1") for number in (3, 1, 2)]
    checks: list[Check] = [TcpCheck(port=1, open=False), TcpCheck(port=1, title="other")]
    results = ControllerChecks(process.run, SystemClock(), asking_here.HERE)(targets, checks, tmp_path)
    assert [(each.host, each.title, each.answer) for each in results] == [
        (host, title, answer)
        for host in ("web3", "web1", "web2")
        for title, answer in (("tcp 1", "passed"), ("other", "failed"))
    ]


def test_asked_again_until_it_passes(tmp_path: Path) -> None:
    port = free_port()
    opened: list[socket.socket] = []
    timer = threading.Timer(0.5, lambda: opened.append(socket.create_server(("127.0.0.1", port))))
    timer.start()
    [result] = ask(
        [Target(host="web1", address="127.0.0.1")], TcpCheck(port=port, within=20, every=0.1), tmp_path
    ).values()
    timer.join()
    opened[0].close()
    assert result.answer == "passed"
    assert result.seconds >= 0.3


def test_time_is_over(tmp_path: Path) -> None:
    """With a clock that stands still but for sleep: five attempts fit into two seconds, every half second."""
    clock = FakeClock()
    checks = ControllerChecks(process.run, clock, asking_here.HERE)
    [result] = checks(
        [Target(host="web1", address="127.0.0.1")], [TcpCheck(port=1, within=2, every=0.5)], tmp_path
    )
    assert (result.answer, result.seconds) == ("failed", 2.0)
    assert result.expected == "port 1 answers, within 2 s"
