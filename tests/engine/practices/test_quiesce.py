"""Quiet after an unclean end: hosts that do not answer are asked again for a while, and what is learnt stays learnt."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.cli.views.tree import tree_lines
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED, Ending, Silence, SilenceCause, Target
from orchestrator.engine.drive import take_step
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.journal_writer import JournalWriter
from orchestrator.engine.practices.quiesce import AT_ONCE, PATIENCE, TASKS_END
from orchestrator.engine.use_cases.deployment_commands import deploy
from orchestrator.policy.telling.timeline_builder import story_of
from tests.fakes.clock import FakeClock
from tests.fakes.playbooks import Script
from tests.fakes.targets import FakeTargets
from tests.histories import ready_to_deploy
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.plans import plan_tree

INTENT = e.AttemptIntended(attempt="a1", purpose="deploy", wave=0, hosts=("h1", "h2", "h3"))
LOST = e.AttemptLost(attempt="a1", reason="its worker ended without an outcome")
ABORT = e.AbortRequested(by="bo", reason="enough")


class Rebooting(FakeTargets):
    """A fleet of which some hosts give no answer before a moment; each question takes a second."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock = clock
        self.back: dict[str, datetime] = {}
        self.patience: list[float] = []

    def end_run(self, targets: Sequence[Target], run: str, patience: float) -> dict[str, Ending | Silence]:
        self.clock.sleep(1)
        self.patience.append(patience)
        for host, moment in self.back.items():
            self.machine(host).unreachable = "no answer" if self.clock.now() < moment else None
        return super().end_run(targets, run, patience)


class Silent:
    """A lost attempt on three hosts, and the driver that has to see them quiet."""

    def __init__(self, home: Path, *events: e.Event, ending: e.Event = LOST) -> None:
        made = shop_fleet(home)
        self.clock = made.clock
        self.targets = Rebooting(made.clock)
        self.ports = replace(made.ports, targets=self.targets)
        self.ports.journal.append("d1", 0, [*ready_to_deploy(), INTENT, ending, *events])
        self.began = self.clock.now()
        self.context = self.driver()

    def driver(self) -> DriveContext:
        return DriveContext(
            self.ports, JournalWriter(self.ports.journal, "d1", lambda record: None, "here:1")
        )

    def down(self, host: str, seconds: float) -> None:
        self.targets.back[host] = self.clock.now() + timedelta(seconds=seconds)

    def until_quiet(self, context: DriveContext | None = None, *, most: int = 500) -> e.Quiesced:
        context = context or self.context
        for _ in range(most):
            if any(isinstance(event, e.Quiesced) for event in self.events()):
                break
            assert take_step(context)
        return next(event for event in self.events() if isinstance(event, e.Quiesced))

    def events(self) -> list[e.Event]:
        return [record.event for record in self.ports.journal.read("d1")]

    @property
    def waits(self) -> list[e.QuietAwaited]:
        return [event for event in self.events() if isinstance(event, e.QuietAwaited)]

    @property
    def seconds(self) -> float:
        return (self.clock.now() - self.began).total_seconds()

    @property
    def asked(self) -> list[tuple[str, ...]]:
        return [hosts for what, hosts in self.targets.asked if what == "end_run"]

    @property
    def deployment(self) -> Deployment:
        return self.context.deployment


@pytest.fixture
def silent(tmp_path: Path) -> Silent:
    return Silent(tmp_path / "home")


def test_hosts_that_answer_are_not_waited_for(silent: Silent) -> None:
    assert silent.until_quiet() == e.Quiesced(attempt="a1")
    assert (silent.waits, silent.seconds, silent.asked) == ([], 1, [("h1", "h2", "h3")])


@pytest.mark.parametrize("seconds", [2, 30, PATIENCE - 5])
def test_a_host_that_comes_back_is_seen(silent: Silent, seconds: float) -> None:
    silent.down("h2", seconds)
    assert silent.until_quiet() == e.Quiesced(attempt="a1")
    assert seconds <= silent.seconds <= seconds + 5
    assert [wait.hosts for wait in silent.waits] == [("h2",)]
    assert silent.deployment.unseen_hosts == frozenset()


def test_a_host_that_stays_away_is_named_when_the_patience_is_over(silent: Silent) -> None:
    silent.down("h2", 10_000)
    assert silent.until_quiet() == e.Quiesced(attempt="a1", unreachable=("h2",))
    assert PATIENCE <= silent.seconds <= PATIENCE + 5
    assert silent.waits[0].until == silent.began + timedelta(seconds=PATIENCE + 1)


def test_only_hosts_that_gave_no_answer_are_asked_again_and_the_others_answers_are_kept(
    silent: Silent,
) -> None:
    silent.targets.machine("h1").running["a1"] = 2
    silent.targets.machine("h3").running["a1"] = 1
    silent.down("h2", 8)
    silent.down("h3", 20)
    assert silent.until_quiet() == e.Quiesced(attempt="a1", ended=("h1", "h3"))
    assert silent.asked[0] == ("h1", "h2", "h3")
    assert set(silent.asked[1:-1]) == {("h2", "h3"), ("h3",)}
    assert [wait.hosts for wait in silent.waits] == [("h2", "h3"), ("h3",)]


def test_the_next_driver_goes_on_waiting_and_does_not_begin_anew(silent: Silent) -> None:
    silent.down("h2", 10_000)
    while not silent.waits:
        take_step(silent.context)
    silent.clock.sleep(PATIENCE / 2)
    silent.until_quiet(silent.driver())
    assert PATIENCE <= silent.seconds <= PATIENCE + 5


@pytest.mark.parametrize("cause", ["host_key_not_pinned", "processes_hidden"])
def test_what_waiting_cannot_cure_is_not_waited_for(silent: Silent, cause: SilenceCause) -> None:
    silent.targets.machine("h2").unreachable = "in whatever words"
    silent.targets.machine("h2").cause = cause
    assert silent.until_quiet() == e.Quiesced(attempt="a1", unreachable=("h2",))
    assert (silent.waits, silent.seconds) == ([], 1)


def test_a_host_is_waited_for_whatever_its_words_begin_with(silent: Silent) -> None:
    silent.targets.machine(
        "h2"
    ).unreachable = f"{HOST_KEY_NOT_PINNED}, says the proxy, which is being restarted"
    silent.until_quiet()
    assert [wait.hosts for wait in silent.waits] == [("h2",)]


def test_on_abort_the_waiting_is_short(tmp_path: Path) -> None:
    silent = Silent(tmp_path / "home", ABORT)
    silent.down("h2", 10_000)
    assert silent.until_quiet() == e.Quiesced(attempt="a1", unreachable=("h2",))
    assert AT_ONCE <= silent.seconds <= AT_ONCE + 5
    assert set(silent.targets.patience) == {0}


@pytest.mark.parametrize(
    ("fault", "patience"),
    [
        ("the playbook asked a person for `timezone`, and nobody was there", TASKS_END),
        ("timed out: the run was ended after 60 s", 0),
    ],
)
def test_only_a_run_out_of_time_is_ended_at_once(tmp_path: Path, fault: str, patience: float) -> None:
    """That is known by its mark, whatever words stand in a fault."""
    silent = Silent(tmp_path / "home", ending=ended(fault, out_of_time=patience == 0))
    silent.until_quiet()
    assert silent.targets.patience == [patience]


def ended(fault: str, *, out_of_time: bool) -> e.AttemptEnded:
    hosts = [{"host": host, "result": "unknown", "reason": fault} for host in INTENT.hosts]
    fields = {"attempt": "a1", "hosts": hosts, "faults": (fault,), "out_of_time": out_of_time}
    moment = "2026-03-02T21:00:00+00:00"
    outcome = AttemptOutcome.model_validate({**fields, "started_at": moment, "ended_at": moment})
    return e.AttemptEnded(outcome=outcome)


@pytest.mark.parametrize("word", [ABORT, e.EmergencyStopped(by="bo", reason="fire")])
def test_a_word_that_comes_in_the_middle_makes_it_short(silent: Silent, word: e.Event) -> None:
    silent.down("h2", 10_000)
    while not silent.waits:
        take_step(silent.context)
    silent.clock.sleep(40)
    silent.ports.journal.append("d1", len(silent.events()), [word])
    silent.until_quiet()
    assert 40 + AT_ONCE <= silent.seconds <= 40 + AT_ONCE + 9


def test_a_clock_that_is_set_back_does_not_make_it_endless(silent: Silent) -> None:
    silent.down("h2", 10_000)
    while not silent.waits:
        take_step(silent.context)
    silent.ports.journal.append("d1", len(silent.events()), [e.DriverTook(driver="here:1", by="x")])
    silent.clock.jump(-86_400)
    silent.context.journal.refresh()
    assert silent.until_quiet(most=3).unreachable == ("h2",)


def test_whoever_looks_on_sees_who_is_waited_for_and_until_when(silent: Silent) -> None:
    silent.down("h2", 10_000)
    while not silent.waits:
        take_step(silent.context)
    story = story_of(silent.ports.journal.read("d1"))
    now = silent.clock.now() + timedelta(seconds=9)
    lines = tree_lines(silent.deployment, story, now, {})
    quiet = [line for line in lines if line.title == "quiet"]
    assert [line.words for line in quiet] == ["no answer from h2; asked again until 22:02:01 UTC"]
    silent.until_quiet()
    steps = [step for step in story_of(silent.ports.journal.read("d1")).steps if step.name == "quiesce"]
    assert [(step.result, step.words) for step in steps] == [
        ("unknown", "no answer from h2; hosts that gave no answer were asked again")
    ]


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_backout_by_rule_asks_once_more_and_does_not_wait_again(*, comes_back: bool) -> None:
    fleet = Fleet(plan_tree())
    host = fleet.targets.machine("h1")
    fleet.playbooks.script("deploy", ["h1"], Script(results={"h1": "unknown"}, faults=["cut off"]))
    fleet.playbooks.on_start = lambda request: setattr(
        host, "unreachable", "no route" if request.purpose == "deploy" else None
    )
    quiet: list[tuple[datetime, e.Event]] = []

    def watch(record: e.Recorded) -> None:
        if isinstance(record.event, e.BackoutBegan | e.Quiesced):
            quiet.append((record.at, record.event))
        if isinstance(record.event, e.BackoutBegan) and comes_back:
            host.unreachable = None

    d = deploy(fleet.ports, Path("plan.yml"), by="ann", approvals={}, watch=watch)
    (first, waited), (began, _), (second, asked) = quiet[:3]
    assert isinstance(waited, e.Quiesced)
    assert isinstance(asked, e.Quiesced)
    assert (waited.unreachable, asked.unreachable) == (("h1",), () if comes_back else ("h1",))
    assert (first - d.began_at).total_seconds() >= PATIENCE
    assert (second - began).total_seconds() < 2
    assert d.state is (State.BACKED_OUT if comes_back else State.BACKOUT_FAILED)
