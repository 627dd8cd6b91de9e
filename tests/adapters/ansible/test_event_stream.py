"""Streams of events as they should be, and each way in which they may not be."""

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.ansible.events.event_stream import fold, tasks_seen
from orchestrator.domain.evidence.run_evidence import by_host
from orchestrator.domain.evidence.task_changes import MOST_OF_A_HOST

RECAP = {"ok": 1, "failures": 0, "unreachable": 0, "changed": 0, "skipped": 0, "rescued": 0, "ignored": 0}


def result(**changes: Any) -> dict[str, Any]:
    usual = {
        "event": "result",
        "host": "web1",
        "task": "Deploy",
        "kind": "ok",
        "sentinel": False,
        "fence": "",
        "said": "",
        "where": "web1",
    }
    rest = {
        "real": True,
        "counted": True,
        "changed": True,
        "check": False,
        "masked": False,
        "message": "",
        "identity": "",
    }
    return {**usual, **rest, **changes}


WHOLE: list[dict[str, Any]] = [
    {"event": "start"},
    {"event": "play", "name": "web", "hosts": ["web1"], "sentinel": False},
    {"event": "started", "host": "web1", "task": "Deploy", "sentinel": False},
    result(),
    {"event": "stats", "recap": {"web1": RECAP}},
    {"event": "end"},
]


def stream(events: list[dict[str, Any]], nonce: str = "n") -> bytes:
    lines = [
        json.dumps({"nonce": nonce, "number": number, "at": 0.0, **event})
        for number, event in enumerate(events)
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def test_a_whole_stream_has_no_gap() -> None:
    evidence = fold(stream(WHOLE), "n")
    seen = by_host(evidence)["web1"]
    assert (evidence.gaps, evidence.touched) == ((), ("web1",))
    assert (seen.plays, seen.real, seen.changed, seen.counted.ok, seen.recap is not None) == (
        1,
        1,
        1,
        1,
        True,
    )


LINES = stream(WHOLE).splitlines(keepends=True)
BROKEN = [
    (b"", "no event at all"),
    (b"".join(LINES[:-1]), "no end marker"),
    (b"".join(LINES[:2] + LINES[3:]), "line 3 is not event 2 of this run"),
    (b"".join([LINES[0], LINES[0], *LINES[1:]]), "line 2 is not event 1 of this run"),
    (b"".join([LINES[0], LINES[2], LINES[1], *LINES[3:]]), "line 2 is not event 1"),
    (stream(WHOLE, "m"), "line 1 is not event 0 of this run"),
    (b"".join(LINES)[:-10], "is cut"),
    (b"".join(LINES) + stream([{"event": "end"}] * 7).splitlines(keepends=True)[6], "after the end marker"),
    (stream([*WHOLE[:3], {"event": "sneaky"}, *WHOLE[4:]]), "_on_sneaky"),
    (stream([*WHOLE[:3], result(kind="fine"), *WHOLE[4:]]), "fine"),
    (stream([*WHOLE[:3], {"event": "result", "host": "web1"}, *WHOLE[4:]]), "where"),
    (b"[1]\n", "line 1 is not event 0"),
    (b"\xff\xfe\n", "breaks"),
]


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_a_broken_stream_says_how(content: bytes, words: str) -> None:
    gaps = fold(content, "n").gaps
    assert any(words in gap for gap in gaps), gaps


def test_a_task_that_went_elsewhere_is_kept_with_its_place() -> None:
    way = {"acting": "web1", "place": "10.0.0.3:22", "plugin": "ssh", "user": "root"}
    event = {"event": "astray", "host": "web1", "task": "Deploy", "where": "web3", **way}
    evidence = fold(stream([*WHOLE[:3], event, *WHOLE[3:]]), "n")
    (astray,) = by_host(evidence)["web1"].astray
    assert (astray.task, astray.where, astray.place, astray.user) == ("Deploy", "web3", "10.0.0.3:22", "root")
    assert (evidence.touched, evidence.gaps) == (("web1", "web3"), ())
    del event["place"]
    assert "place" in fold(stream([*WHOLE[:3], event]), "n").gaps[0]


def changes(
    *things: list[str], where: str = "web1", task: str = "Deploy", more: int = 0, failed: bool = False
) -> dict[str, Any]:
    given = {"where": where, "task": task, "things": list(things), "more": more, "failed": failed}
    return {"event": "changes", **given}


def test_changes_are_kept_on_the_hosts_where_they_were_made() -> None:
    events = [
        changes(["file", "/a"], ["unnamed", "command"]),
        changes(["file", "/a"], ["unnamed", "command"], task="Again"),
        changes(["file", "/a"], where="web2", more=3),
    ]
    first, second = fold(stream([*WHOLE[:3], *events, *WHOLE[3:]]), "n").changes
    assert [(each.kind, each.name, each.task) for each in first.changes] == [
        ("file", "/a", "Deploy"),
        ("unnamed", "command", "Deploy"),
        ("unnamed", "command", "Again"),
    ]
    assert (first.hosts, second.hosts, second.more) == (("web1",), ("web2",), 3)


def test_what_is_certain_comes_before_what_a_failed_task_may_have_changed() -> None:
    events = [changes(["file", "/a"], ["file", "/b"], failed=True), changes(["file", "/a"], task="Again")]
    (group,) = fold(stream([*WHOLE[:3], *events, *WHOLE[3:]]), "n").changes
    assert [(each.name, each.task, each.failed) for each in group.changes] == [
        ("/a", "Again", False),
        ("/b", "Deploy", True),
    ]


def test_of_very_many_changes_the_last_are_counted() -> None:
    many = [["file", f"/a{number}"] for number in range(MOST_OF_A_HOST + 7)]
    (group,) = fold(stream([*WHOLE[:3], changes(*many), *WHOLE[3:]]), "n").changes
    assert (len(group.changes), group.more) == (MOST_OF_A_HOST, 7)


def test_the_name_of_a_change_is_stripped_and_capped() -> None:
    (group,) = fold(stream([WHOLE[0], changes(["file", "/\x1b[2J\u202eevil" + "x" * 5000])]), "n").changes
    assert group.changes[0].name.startswith("/ [2J evil")
    assert len(group.changes[0].name) == 300


@pytest.mark.parametrize("things", [[["odd", "/a"]], [["file"]], 7, [7], None])
def test_changes_that_make_no_sense_are_a_gap(things: Any) -> None:
    event = {**changes(), "things": things}
    assert "breaks" in fold(stream([*WHOLE[:3], event, *WHOLE[3:]]), "n").gaps[0]


def test_a_job_is_pending_until_its_end_is_seen() -> None:
    begun = {"event": "job", "host": "web1", "task": "Migrate", "job": "j1", "finished": False}
    ended = {**begun, "task": "Wait", "finished": True}
    assert [task.task for task in by_host(fold(stream([WHOLE[0], begun]), "n"))["web1"].pending] == [
        "Migrate"
    ]
    assert by_host(fold(stream([WHOLE[0], begun, ended]), "n"))["web1"].pending == ()


def test_text_of_a_host_is_stripped_and_capped() -> None:
    failed = result(
        kind="failed", ignored=False, rescued=False, timed_out=False, message="\x1b[2J\u202eevil" + "x" * 5000
    )
    trouble = by_host(fold(stream([WHOLE[0], failed]), "n"))["web1"].failed[0]
    assert trouble.message.startswith("[2J evil")
    assert len(trouble.message) == 300


def test_a_watcher_reads_on_from_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    assert tasks_seen(path, 0) == []
    path.write_bytes(b"".join(LINES[:4])[:-5])
    first = tasks_seen(path, 0)
    assert [(task.number, task.status) for task in first] == [(3, "started")]
    path.write_bytes(b"".join(LINES))
    assert [(task.number, task.status) for task in tasks_seen(path, first[-1].number)] == [(4, "changed")]


def session(number: int, **changes: Any) -> dict[str, Any]:
    whole = {
        "acting": "web1",
        "where": "web1",
        "place": "192.0.2.1:22",
        "machine": "m1",
        "boot": "b1",
        "user": "deploy",
    }
    return {"event": "session", "session": number, **whole, **changes}


def with_sessions(*events: dict[str, Any]) -> bytes:
    return stream([WHOLE[0], *events, *WHOLE[-2:]])


def test_answers_are_counted_by_session() -> None:
    content = with_sessions(
        session(0),
        result(sessions=[0], task="First"),
        session(1, boot="b2"),
        result(sessions=[0, 1], task="Restart"),
        result(task="On this machine"),
    )
    sessions = by_host(fold(content, "n"))["web1"].sessions
    assert [(each.task, each.answers, each.boot) for each in sessions] == [
        ("First", 2, "b1"),
        ("Restart", 1, "b2"),
    ]


@pytest.mark.parametrize(
    "events",
    [
        [result(sessions=[0])],
        [session(1)],
        [session(0), session(0)],
        [session(0), result(sessions=[1])],
        [session(0), result(sessions=[-1])],
        [session(0), result(sessions=[True])],
        [session(0), result(sessions="0")],
        [{key: value for key, value in session(0).items() if key != "machine"}],
    ],
)
def test_an_answer_without_its_session_is_a_gap(events: list[dict[str, Any]]) -> None:
    assert fold(with_sessions(*events), "n").gaps


def test_a_run_says_why_it_was_not_accelerated() -> None:
    assert (
        fold(stream([{**WHOLE[0], "stock": "an unknown minor\x1b"}, *WHOLE[1:]]), "n").stock
        == "an unknown minor"
    )
    assert fold(stream(WHOLE), "n").stock == ""
