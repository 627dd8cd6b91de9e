"""A difference that is planted is seen, and what two stock runs never agree on is not one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.fidelity.__main__ import not_run
from tests.fidelity.allowed import ALLOWED, faults
from tests.fidelity.differences import Difference, differences, settled
from tests.fidelity.kinds import Subject, subjects
from tests.fidelity.recording import Recording, loaded
from tests.fidelity.state_file import Compared, StateFile, table


def result(host: str, task: str, **values: Any) -> dict[str, Any]:
    return {"event": "v2_runner_on_ok", "host": host, "task": task, "result": {"changed": False, **values}}


def recording(**changes: Any) -> Recording:
    events = (
        {"event": "v2_playbook_on_play_start", "play": "p", "strategy": "linear"},
        {"event": "v2_playbook_on_task_start", "task": "kind: first"},
        result("web1", "kind: first", rc=0, stdout="a", nested={"list": [1, {"deep": "x"}]}),
        result("web2", "kind: first", rc=0, stdout="b"),
        {"event": "v2_playbook_on_task_start", "task": "kind: second"},
        result("web1", "kind: second"),
        result("web2", "kind: second"),
        {"event": "v2_playbook_on_stats", "recap": {"web1": {"ok": 2}, "web2": {"ok": 2}}},
    )
    out = "ok: [web1] => {'a': 1}\nchanged: [web2]\n"
    whole = Recording(events, 0, out, "[WARNING]: be\ncareful\n", {"web1": ("a f 0644",), "here": ()})
    return whole._replace(**changes)


def altered(path: tuple[Any, ...], value: Any) -> Recording:
    """The recording with one place of its events changed."""
    events: Any = copy.deepcopy(list(recording().events))
    place = events
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return recording(events=tuple(events))


PLANTED = {
    "a code": altered((2, "result", "rc"), 1),
    "a text": altered((3, "result", "stdout"), "c"),
    "a deep value": altered((2, "result", "nested", "list", 1, "deep"), "y"),
    "a type": altered((2, "result", "rc"), 0.0),
    "a value more": altered((2, "result", "more"), None),
    "an event of another name": altered((5, "event"), "v2_runner_on_failed"),
    "a recap": altered((7, "recap", "web2", "ok"), 3),
    "a task of another name": altered((4, "task"), "kind: third"),
    "a host's event that is missing": recording(events=recording().events[:6] + recording().events[7:]),
    "an event twice": recording(events=recording().events[:3] * 2 + recording().events[3:]),
    "two tasks in another order": recording(
        events=tuple(recording().events[n] for n in (0, 4, 5, 6, 1, 2, 3, 7))
    ),
    "an exit code": recording(code=2),
    "a warning": recording(err=""),
    "a word on the output": recording(out="ok: [web1] => {'a': 1}\nok: [web2]\n"),
    "a file's mode": recording(files={"web1": ("a f 0600",), "here": ()}),
    "a file here": recording(files={"web1": ("a f 0644",), "here": ("left",)}),
}


@pytest.mark.parametrize("other", PLANTED.values(), ids=PLANTED)
def test_a_planted_difference_is_seen_from_both_sides(other: Recording) -> None:
    assert faults(list(differences(recording(), other)))
    assert faults(list(differences(other, recording())))


def test_hosts_may_answer_in_any_order() -> None:
    events = recording().events
    other = recording(events=(events[0], events[1], events[3], events[2], *events[4:]))
    assert list(differences(recording(), other)) == []


FREE = {"event": "v2_playbook_on_play_start", "play": "p", "strategy": "free"}


def test_only_a_free_strategy_begins_tasks_in_any_order() -> None:
    several = [{"event": "v2_playbook_on_task_start", "task": name} for name in ("kind: a", "kind: b")]
    linear = recording().events[0]
    for play, seen in ((FREE, 0), (linear, 2)):
        one_way = recording(events=(play, *several, recording().events[-1]))
        other_way = recording(events=(play, *several[::-1], recording().events[-1]))
        assert len(list(differences(one_way, other_way))) == seen


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/r/.ansible/tmp/ansible-tmp-17.5-12-345/x", "/r/.ansible/tmp/ansible-tmp-18.5-3-99/x"),
        ("a.77.2026-11-30@15:40:12~", "a.78.2026-12-01@00:00:00~"),
        ({"start": "1", "stdout": "x"}, {"start": "2", "stdout": "x"}),
        ({"ansible_interfaces": ["lo", "eth0"]}, {"ansible_interfaces": ["eth0", "lo"]}),
    ],
)
def test_what_is_volatile_is_left_out(first: Any, second: Any) -> None:
    assert settled(first) == settled(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/r/.ansible/tmp/ansible-tmp-17.5-12-345/x", "/r/.ansible/tmp/ansible-tmp-17.5-12-345/y"),
        ({"start": "1"}, {}),
        ({"changed": True, "start": True}, {"changed": True, "start": False}),
        ({"results": ["lo", "eth0"]}, {"results": ["eth0", "lo"]}),
        ("version 1.2", "version 1.3"),
        ("Permission denied", "permission denied"),
    ],
)
def test_nothing_else_is_left_out(first: Any, second: Any) -> None:
    assert settled(first) != settled(second)


@pytest.mark.parametrize("entry", ALLOWED, ids=lambda entry: entry.name)
def test_an_allowance_covers_no_common_field(entry: Any) -> None:
    fields = (
        "result.rc",
        "result.stdout",
        "result.changed",
        "result.failed",
        "event",
        "missing",
        "result.msg",
    )
    for field in fields:
        assert not entry.covers(Difference("events of web1", "kind: x", field, 0, 1)), field
    assert len(entry.why) > 20


def test_there_are_at_least_120_kinds_of_task_and_each_has_a_name_of_its_own() -> None:
    kinds = [kind for subject in subjects() for kind in subject.kinds]
    assert len(kinds) >= 120
    assert sorted(kinds) == sorted(set(kinds))
    assert all(subject.kinds for subject in subjects())


def test_a_kind_that_never_ran_is_seen() -> None:
    assert not_run(Subject("s", ("first", "second", "third")), recording()) == ["third"]


def test_what_was_equal_is_not_run_again_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "state.jsonl"
    state = StateFile(path)
    state.add(Compared("p", "loops", 1, 20, 0, ()))
    state.add(Compared("p", "loops", 2, 20, 3, ("differs",)))
    with path.open("a") as file:
        file.write('{"pair": "p", "sub')
    after = StateFile(path)
    assert [after.has("p", "loops", run) for run in (1, 2, 3)] == [True, False, False]
    assert not after.has("q", "loops", 1)
    row = [line for line in table(after.compared).splitlines() if "loops" in line]
    assert row[0].split() == ["p", "loops", "20", "2", "1", "3", "1"]
    after.add(Compared("p", "loops", 2, 20, 0, ()))
    assert StateFile(path).has("p", "loops", 2)


def test_a_recording_is_kept_whole() -> None:
    assert loaded(recording().saved()) == recording()


def test_how_often_a_job_is_asked_is_no_difference() -> None:
    polls = "ASYNC POLL on web1: jid=j123456789012.42 started=True finished=False\n"
    polled = {"event": "v2_runner_on_async_poll", "host": "web1", "result": {"finished": 0}}
    events = (*recording().events[:3], polled, *recording().events[3:])
    assert not list(differences(recording(), recording(events=events, out=recording().out + polls * 3)))
    assert list(differences(recording(), recording(out=recording().out + polls.replace("POLL", "FAILED"))))
