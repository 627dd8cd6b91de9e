"""What the notes of a run of pytest say of one host: passed only by a run that came to its full end."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.domain.plan.check import Answer

Finding = tuple[Answer, str]
Notes = Sequence[Mapping[str, Any]]

_NO_CONNECTION = "exit_status=255"
_REFUSED = re.compile(r"_stderr=b['\"](.*?)(?:\\r|\\n|['\"])")
_WELL, _WITH_FAILURES, _NO_TESTS = 0, 1, 5
"""Exit codes of a run that pytest did not cut short (pytest documentation, "Exit codes")."""


def finding_of(notes: Notes, host: str, *, exit_code: int | None, no_end: str | None) -> Finding:
    """The host's answer. `no_end`: why there is no end line; without a failed test nothing is known of the host then."""
    failure = _failure(notes, host)
    if no_end is not None:
        return failure if failure is not None and _failed(notes, host) else ("inconclusive", no_end)
    return failure or _cut_short(notes, exit_code) or _of_tests(notes, host, exit_code)


def _failure(notes: Notes, host: str) -> Finding | None:
    """What failed on the host, or in the reading of the file; None where nothing did."""
    broken = [str(note["collection"]) for note in notes if "collection" in note]
    if broken:
        return "failed", f"the file cannot be read as tests: {broken[0]}"
    failed = _failed(notes, host)
    if not failed:
        return None
    if all(_NO_CONNECTION in str(note.get("said")) for note in failed):
        reason = _REFUSED.search(str(failed[0]["said"]))
        return "inconclusive", f"no ssh connection: {reason[1] if reason else 'ssh ended with 255'}"
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return "failed", f"{str(failed[0]['test']).partition('[ssh://')[0]}: {failed[0]['said']}{more}"


def _cut_short(notes: Notes, exit_code: int | None) -> Finding | None:
    """Why the run did not reach its end: it was stopped, broke, or left out tests that it had collected."""
    to_run = {test for note in notes for test in note.get("to_run", ())}
    ran = to_run & {note["ran"] for note in notes if "ran" in note}
    stopped = [str(note["stopped"]) for note in notes if "stopped" in note]
    codes = {exit_code, *(note["end"] for note in notes if "end" in note)}
    if ran == to_run and not stopped and codes <= {_WELL, _WITH_FAILURES, _NO_TESTS}:
        return None
    counted = [f"{len(ran)} of {len(to_run)} tests ran"] if to_run else []
    why = stopped[:1] or ([] if ran < to_run else [f"pytest ended with exit code {exit_code}"])
    return "failed", f"the run did not reach its end: {': '.join([*counted, *why])}"


def _of_tests(notes: Notes, host: str, exit_code: int | None) -> Finding:
    own = [note for note in notes if note.get("host") == host]
    passed = sum(note.get("outcome") == "passed" for note in own)
    if not passed:
        skipped = f": {len(own)} skipped" if own else ""
        return "failed", f"no test ran for this host{skipped}"
    if exit_code != _WELL and not any(note.get("outcome") == "failed" for note in notes):
        return "failed", f"every test that ran passed, and pytest ended with exit code {exit_code}"
    return "passed", f"{passed} passed" + (f", {len(own) - passed} skipped" if len(own) > passed else "")


def _failed(notes: Notes, host: str) -> list[Mapping[str, Any]]:
    return [note for note in notes if note.get("host") == host and note.get("outcome") == "failed"]
