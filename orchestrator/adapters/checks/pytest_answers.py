"""A pytest plugin: writes what became of every test on every host into the file that the environment names.

Loaded by name into the user's own pytest run. The end line tells a run that ended from one that died, and the lines of what was
to run and what ran tell whether it ended early.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ANSWERS = "ORCH_TESTINFRA_ANSWERS"


def _note(**fields: Any) -> None:
    with Path(os.environ[ANSWERS]).open("a", encoding="utf-8") as answers:
        answers.write(json.dumps(fields) + "\n")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """One line for each phase of a test that says something: its call, and whatever failed or was skipped."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if report.when == "call" or not report.passed:
        backend = getattr(_host_of(item), "backend", None)
        _note(
            host=getattr(backend, "hostname", None) or getattr(getattr(backend, "host", None), "name", None),
            test=item.name,
            outcome="expected" if hasattr(report, "wasxfail") else report.outcome,
            when=report.when,
            said=_last_line(report),
        )


def _host_of(item: pytest.Item) -> Any:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("_testinfra_host") if callspec is not None else None


def _last_line(report: pytest.TestReport | pytest.CollectReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash is not None else report.longrepr or "")
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines:
        return ""
    return lines[0][:400] if crash is not None else lines[-1][:400]


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that cannot be read as tests."""
    if report.failed:
        _note(collection=_last_line(report))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Which tests are to run, after whatever the user's settings left out."""
    _note(to_run=[item.nodeid for item in session.items])


def pytest_runtest_logfinish(nodeid: str) -> None:
    """A test that came to its end, with all that follows it; one in which pytest is stopped never does."""
    _note(ran=nodeid)


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """What stopped pytest: `pytest.exit`, or an interruption."""
    _note(stopped=(str(excinfo.value) or excinfo.typename)[:400])


def pytest_internalerror(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """What broke pytest itself, or a plugin of it."""
    _note(stopped=excinfo.exconly()[:400])


def pytest_sessionfinish(exitstatus: int) -> None:
    """The end: without this line nothing of the run counts."""
    _note(end=int(exitstatus))
