"""What every queue of jobs, exchange of frames and book of nodes keeps: in memory, and Procrastinate on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from orchestrator.adapters.queue import ProcrastinateJobs, QueueConnection, SqlExchange, SqlNodeBook
from orchestrator.engine.node_ports import Answer, Call, Exchange, JobQueue, NodeBook, Party, Succession
from orchestrator.errors import NotFound, Refused
from tests.fakes.nodes import FakeExchange, FakeJobs, FakeNodeBook


@dataclass
class Ground:
    jobs: JobQueue
    exchange: Exchange
    book: NodeBook


@pytest.fixture(params=["memory", "procrastinate"])
def ground(request: pytest.FixtureRequest) -> Iterator[Ground]:
    if request.param == "memory":
        yield Ground(FakeJobs(), FakeExchange(), FakeNodeBook())
        return
    connection = QueueConnection(request.getfixturevalue("database_url"))
    yield Ground(ProcrastinateJobs(connection), SqlExchange(connection), SqlNodeBook(connection))
    connection.close()


def test_a_job_is_taken_once_and_the_oldest_first(ground: Ground) -> None:
    jobs = ground.jobs
    first, second = jobs.put("call", "zone:a", "c1"), jobs.put("call", "zone:a", "c2")
    jobs.put("call", "zone:b", "c3")
    assert first is not None
    assert second is not None
    worker = jobs.enter()
    taken = [jobs.take(worker, ["zone:a", "node:x"]) for _ in range(3)]
    assert [job and job.subject for job in taken] == ["c1", "c2", None]
    assert [jobs.state(first), jobs.state(second)] == ["taken", "taken"]
    jobs.finish(first)
    jobs.finish(first, well=False)
    assert jobs.state(first) == "over"
    assert jobs.state(999_999) == "over"


def test_calls_are_open_until_they_are_answered_or_their_attempt_has_ended(ground: Ground) -> None:
    exchange = ground.exchange
    exchange.put(Call("c1", "dmz", "zone:dmz", b"frame"))
    exchange.put(Call("c2", "dmz", "node:n1", b"frame", "d1.deploy"))
    exchange.take("c2", "n1")
    [first, second] = exchange.open_calls()
    assert (first.zone, first.node, first.attempt, first.taken_by) == ("dmz", "", "", "")
    assert (second.node, second.attempt, second.taken_by) == ("node:n1", "d1.deploy", "n1")
    assert 0.0 <= second.age < 60.0
    exchange.answer("c1", Answer("n1", b"answer"))
    exchange.answer("c2", Answer("n1", b"begun"))
    assert [each.attempt for each in exchange.open_calls()] == ["d1.deploy"]
    exchange.report("d1.deploy", Answer("n1", b"report", 1, last=True))
    assert exchange.open_calls() == []


def test_a_key_of_the_server_has_one_successor(ground: Ground) -> None:
    first = Succession(before="aa", after=Party(name="server", verify="bb", box="01"), signature="s1")
    ground.book.succeed(first)
    ground.book.succeed(first)
    second = Succession(before="bb", after=Party(name="server", verify="cc", box="02"), signature="s2")
    ground.book.succeed(second)
    with pytest.raises(Refused, match="copy its folder"):
        ground.book.succeed(second.model_copy(update={"before": "aa"}))
    assert ground.book.successions() == [first, second]


def test_jobs_with_one_lock_are_taken_one_after_the_other(ground: Ground) -> None:
    jobs = ground.jobs
    jobs.put("drive", "drive", "d1", lock="d1")
    jobs.put("drive", "drive", "d1", lock="d1")
    worker = jobs.enter()
    first = jobs.take(worker, ["drive"])
    assert first is not None
    assert jobs.take(worker, ["drive"]) is None
    assert jobs.held("d1")
    jobs.finish(first.number)
    second = jobs.take(worker, ["drive"])
    assert second is not None
    assert second.number != first.number
    jobs.finish(second.number)
    assert not jobs.held("d1")


def test_what_waits_already_is_not_put_once_more(ground: Ground) -> None:
    jobs = ground.jobs
    assert jobs.put("drive", "drive", "d1", lock="d1", once=True) is not None
    assert jobs.put("drive", "drive", "d1", lock="d1", once=True) is None
    assert jobs.put("drive", "drive", "d2", lock="d2", once=True) is not None
    assert jobs.take(jobs.enter(), ["drive"]) is not None
    assert jobs.put("drive", "drive", "d1", lock="d1", once=True) is not None


def test_only_what_nobody_has_taken_can_be_taken_back(ground: Ground) -> None:
    jobs = ground.jobs
    waiting, taken = jobs.put("call", "zone:a", "c1"), jobs.put("call", "zone:b", "c2")
    assert waiting is not None
    assert taken is not None
    worker = jobs.enter()
    assert jobs.take(worker, ["zone:b"]) is not None
    assert jobs.cancel(waiting)
    assert jobs.cancel(waiting)
    assert not jobs.cancel(taken)
    assert jobs.take(worker, ["zone:a"]) is None
    assert jobs.state(taken) == "taken"
    assert not jobs.cancel(999_999)


def test_a_job_that_is_put_back_is_taken_anew(ground: Ground) -> None:
    jobs = ground.jobs
    jobs.put("drive", "drive", "d1")
    worker = jobs.enter()
    job = jobs.take(worker, ["drive"])
    assert job is not None
    jobs.put_back(job.number, 3600.0)
    assert jobs.state(job.number) == "waiting"
    assert jobs.take(worker, ["drive"]) is None
    jobs.put("drive", "drive", "d2")
    other = jobs.take(worker, ["drive"])
    assert other is not None
    jobs.put_back(other.number)
    again = jobs.take(worker, ["drive"])
    assert again is not None
    assert (again.subject, again.attempts) == ("d2", 1)


def test_jobs_of_a_worker_that_left_are_stalled_and_stay_taken(ground: Ground) -> None:
    jobs = ground.jobs
    jobs.put("call", "zone:a", "c1")
    worker = jobs.enter()
    job = jobs.take(worker, ["zone:a"])
    assert job is not None
    assert jobs.beat(worker)
    assert jobs.stalled("zone:a", 60.0) == []
    jobs.leave(worker)
    assert not jobs.beat(worker)
    assert [each.subject for each in jobs.stalled("zone:a", 60.0)] == ["c1"]
    assert jobs.stalled("zone:b", 60.0) == []
    assert jobs.state(job.number) == "taken"


def test_many_workers_at_once_take_each_job_once(ground: Ground) -> None:
    jobs = ground.jobs
    for number in range(40):
        jobs.put("call", "zone:a", f"c{number}")
    taken: list[str] = []

    def work() -> None:
        worker = jobs.enter()
        while (job := jobs.take(worker, ["zone:a"])) is not None:
            taken.append(job.subject)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"c{number}" for number in range(40))


def call(name: str, attempt: str = "", zone: str = "a") -> Call:
    return Call(name, zone, f"zone:{zone}", b"frame " + name.encode(), attempt)


def test_a_call_is_kept_once_and_one_attempt_has_one(ground: Ground) -> None:
    exchange = ground.exchange
    assert exchange.call("c1") is None
    assert exchange.put(call("c1", "a1"))
    assert not exchange.put(call("c1", "a2"))
    assert not exchange.put(call("c2", "a1"))
    assert exchange.put(call("c3"))
    assert exchange.put(call("c4"))
    exchange.note_job("c1", 7)
    begun = exchange.begun("a1")
    assert begun is not None
    assert (begun.id, begun.job, begun.frame) == ("c1", 7, b"frame c1")
    assert exchange.begun("") is None
    assert exchange.begun("a9") is None
    exchange.drop("c1")
    assert exchange.begun("a1") is None


def test_a_call_that_one_node_took_is_no_other_ones(ground: Ground) -> None:
    exchange = ground.exchange
    exchange.put(call("c1"))
    taken = exchange.take("c1", "n1")
    assert taken is not None
    assert taken.taken_by == "n1"
    assert exchange.take("c1", "n1") is not None
    assert exchange.take("c1", "n2") is None
    assert exchange.take("c9", "n1") is None


def test_a_node_that_comes_back_is_told_what_it_owes(ground: Ground) -> None:
    exchange = ground.exchange
    for name, attempt in (("c1", ""), ("c2", "a2"), ("c3", "")):
        exchange.put(call(name, attempt))
        exchange.take(name, "n1")
    assert exchange.answer("c1", Answer("n1", b"done"))
    assert exchange.answer("c2", Answer("n1", b"begun"))
    assert [each.id for each in exchange.taken("n1")] == ["c2", "c3"]
    exchange.report("a2", Answer("n1", b"over", 3, last=True))
    assert [each.id for each in exchange.taken("n1")] == ["c3"]
    assert exchange.taken("n2") == []


def test_the_first_answer_stays(ground: Ground) -> None:
    exchange = ground.exchange
    exchange.put(call("c1"))
    assert exchange.answer_to("c1") is None
    assert exchange.answer("c1", Answer("n1", b"one"))
    assert not exchange.answer("c1", Answer("n2", b"two"))
    assert not exchange.answer("c9", Answer("n1", b"none"))
    assert exchange.answer_to("c1") == Answer("n1", b"one")


def test_reports_only_get_newer_and_the_last_one_stays(ground: Ground) -> None:
    exchange = ground.exchange
    assert exchange.report_of("a1") is None
    for number, last in ((1, False), (3, False), (2, False), (4, True), (5, False)):
        exchange.report("a1", Answer("n1", str(number).encode(), number, last))
    assert exchange.report_of("a1") == Answer("n1", b"4", 4, last=True)
    assert exchange.report_of("a1", 3) == Answer("n1", b"4", 4, last=True)
    assert exchange.report_of("a1", 4) == Answer("n1", b"", 4, last=True), "what is known does not come again"


def test_content_is_there_when_it_is_whole(ground: Ground) -> None:
    exchange = ground.exchange

    def broken() -> Iterator[bytes]:
        yield b"one"
        raise OSError("the disk")

    if not isinstance(exchange, FakeExchange):
        with pytest.raises(OSError, match="disk"):
            exchange.share("ab", broken())
        assert not exchange.has("ab")
        assert exchange.part("ab", 0) is None
    exchange.share("ab", [b"one", b"two"])
    exchange.share("ab", [b"other"])
    assert exchange.has("ab")
    assert [exchange.part("ab", number) for number in range(3)] == [b"one", b"two", None]
    assert exchange.part("cd", 0) is None


def test_what_is_over_for_long_is_forgotten_and_nothing_else(ground: Ground) -> None:
    exchange = ground.exchange
    for name, attempt, content in (("c1", "a1", "ab"), ("c2", "a2", "cd"), ("c3", "", "")):
        exchange.put(Call(name, "a", "zone:a", b"frame", attempt, content))
        exchange.take(name, "n1")
    for digest in ("ab", "cd", "ef"):
        exchange.share(digest, [b"x"])
    exchange.report("a1", Answer("n1", b"over", 1, last=True))
    exchange.report("a2", Answer("n1", b"on", 1, last=False))
    exchange.tidy(1.0)
    assert [exchange.call(name) is not None for name in ("c1", "c2", "c3")] == [True, True, True]
    exchange.tidy(-1.0)
    assert [exchange.call(name) is not None for name in ("c1", "c2", "c3")] == [False, True, False]
    assert (exchange.report_of("a1"), exchange.report_of("a2") is not None) == (None, True)
    assert [exchange.has(digest) for digest in ("ab", "cd", "ef")] == [False, True, False]


def party(name: str) -> Party:
    return Party(name=name, verify="11" * 32, box="22" * 32)


def test_a_token_enrols_one_node_into_its_zone(ground: Ground) -> None:
    book = ground.book
    book.invite("digest", "dmz", "ann", 60.0)
    node = book.enrol("digest", party("n1"))
    assert (node.zone, node.party, node.enrolled_by) == ("dmz", party("n1"), "ann")
    assert book.node("n1") == node
    for digest, name in (("digest", "n2"), ("nothing", "n3")):
        with pytest.raises(Refused):
            book.enrol(digest, party(name))
    book.invite("over", "dmz", "ann", -1.0)
    with pytest.raises(Refused):
        book.enrol("over", party("n4"))
    book.invite("again", "lan", "ann", 60.0)
    with pytest.raises(Refused):
        book.enrol("again", party("n1"))
    assert book.enrol("again", party("n5")).zone == "lan"


def test_nodes_are_heard_drained_and_removed(ground: Ground) -> None:
    book = ground.book
    book.invite("digest", "dmz", "ann", 60.0)
    book.enrol("digest", party("n1"))
    assert [each.silent for each in book.nodes()] == [None]
    book.hear("n1")
    [seen] = book.nodes()
    assert seen.silent is not None
    assert 0 <= seen.silent < 30
    book.change("n1", draining=True)
    assert book.node("n1").draining
    book.change("n1", gone=True)
    assert (book.node("n1").draining, book.node("n1").gone) == (True, True)
    with pytest.raises(NotFound):
        book.change("n9", draining=True)
    with pytest.raises(NotFound):
        book.node("n9")
