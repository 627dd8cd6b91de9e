"""The point of no return: no wave starts that could not be deployed, verified and undone before the window closes.

The arithmetic is cumulative. If wave k fails at the very end of its soak, wave k and every wave before it are backed out
one after the other, newest first, and all of that must end before the window closes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil

from orchestrator.domain.authority.rehearsal import MeasuredWave
from orchestrator.domain.plan.manual_step import ManualStep
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.wave import Wave
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.model_base import Many, Moment, Noun, Seconds
from orchestrator.policy.evidence.checks_due import due_after_wave, due_at_the_end


class WaveTimes(Noun):
    """The expected times of a wave, in seconds; None where they were never measured."""

    wave: int
    name: str
    soak: Seconds = 0.0
    deploy: Seconds | None = None
    verify: Seconds | None = None
    back_out: Seconds | None = None
    basis: str = ""

    @property
    def forward(self) -> float | None:
        """The time until the result of the wave is known: deploy, verify, soak."""
        if self.deploy is None or self.verify is None:
            return None
        return self.deploy + self.verify + self.soak


class WaveArithmetic(Noun):
    """One line of the arithmetic. `back_out_all` undoes this wave and all before it; `spare` is negative when too late.

    Where a time was not measured the moments are None, and the wave may not start.
    """

    times: WaveTimes
    starts: Moment | None
    known_good: Moment | None
    back_out_all: Seconds | None
    undone: Moment | None
    latest_start: Moment | None
    spare: float | None
    may_start: bool


class Arithmetic(Noun):
    """The waves to come, in order, and the moment the window closes (None: it does not)."""

    now: Moment
    closes: Moment | None
    lines: Many[WaveArithmetic]

    @property
    def not_measured(self) -> tuple[str, ...]:
        """Waves whose times are unknown."""
        return tuple(line.times.name for line in self.lines if line.undone is None)

    @property
    def startable(self) -> tuple[int, ...]:
        """The numbers of the waves that may still start, each after the one before."""
        return tuple(line.times.wave for line in self.lines if line.may_start)


def arithmetic(
    times: Sequence[WaveTimes],
    now: datetime,
    closes: datetime | None,
    *,
    to_undo: float | None = 0.0,
) -> Arithmetic:
    """Which of the waves to come may start. `to_undo`: seconds to back out what is already deployed, None if unknown."""
    forward = _sums((wave_times.forward for wave_times in times), 0.0)
    undo = _sums((wave_times.back_out for wave_times in times), to_undo)
    lines = []
    for wave_times, good_after, undo_all in zip(times, forward, undo, strict=True):
        lines.append(_line(wave_times, good_after, undo_all, now, closes))
    return Arithmetic.of_valid(now=now, closes=closes, lines=tuple(lines))


def _sums(seconds: Iterable[float | None], first: float | None) -> list[float | None]:
    """Running sums; after an unknown value all are unknown."""
    total, sums = first, []
    for duration in seconds:
        total = None if total is None or duration is None else total + duration
        sums.append(total)
    return sums


def _line(
    wave_times: WaveTimes,
    good_after: float | None,
    undo: float | None,
    now: datetime,
    closes: datetime | None,
) -> WaveArithmetic:
    if good_after is None or undo is None or wave_times.forward is None:
        nothing = dict.fromkeys(("starts", "known_good", "back_out_all", "undone", "latest_start", "spare"))
        return WaveArithmetic.of_valid(times=wave_times, **nothing, may_start=closes is None)
    known_good = now + timedelta(seconds=good_after)
    undone = known_good + timedelta(seconds=undo)
    return WaveArithmetic.of_valid(
        times=wave_times,
        starts=known_good - timedelta(seconds=wave_times.forward),
        known_good=known_good,
        back_out_all=undo,
        undone=undone,
        latest_start=None if closes is None else closes - timedelta(seconds=wave_times.forward + undo),
        spare=None if closes is None else (closes - undone).total_seconds(),
        may_start=closes is None or undone <= closes,
    )


def expected_times(
    plan: ReleasePlan, waves: Sequence[Wave], measured: Sequence[MeasuredWave], *, margin: float
) -> tuple[WaveTimes, ...]:
    """The expected times: the slowest measured batch of `forks` hosts, times the number of batches, plus `margin`.

    `waves` are all waves of the plan. For a wave that was never measured, the plan's time limits are used.
    """
    if not measured:
        return tuple(_limits(plan, waves, wave) for wave in waves)
    return tuple(_of_stage(plan, waves, wave, measured, margin) for wave in waves)


def _of_stage(
    plan: ReleasePlan, waves: Sequence[Wave], wave: Wave, measured: Sequence[MeasuredWave], margin: float
) -> WaveTimes:
    """By measures of the same stage: what another stage took says nothing. Without stages every wave is alike."""
    alike = [each for each in measured if each.stage == wave.stage]
    return _expected(wave, alike, plan.stage_of(wave).forks, margin) if alike else _limits(plan, waves, wave)


def _limits(plan: ReleasePlan, waves: Sequence[Wave], wave: Wave) -> WaveTimes:
    everywhere = tuple(dict.fromkeys(host for each in waves for host in each.hosts))
    due = (
        *due_after_wave(plan, waves, wave.number, wave.hosts),
        *due_at_the_end(plan, waves, wave.number, everywhere),
    )
    return WaveTimes.of_valid(
        wave=wave.number,
        name=wave.name,
        soak=wave.gate.lasts,
        deploy=_longest(plan.stage_of(wave).manual, plan.stage_of(wave).run_timeout),
        verify=sum(
            (check.within + getattr(check, "timeout", 0.0) for each in due for check in each.checks), 0.0
        ),
        back_out=_longest(plan.stage_of(wave).backout.manual, plan.stage_of(wave).backout.run_timeout),
        basis="the plan's time limits, for it was never measured",
    )


def _longest(step: ManualStep | None, run: float) -> float | None:
    """How long it may take: work by hand has its own limit, or none that anybody knows."""
    return run if step is None else step.within


def _expected(wave: Wave, measured: Sequence[MeasuredWave], forks: int, margin: float) -> WaveTimes:
    batches = _batches(len(wave.hosts), forks)

    def slowest(step: str) -> float:
        per_batch = (float(getattr(wave, step)) / _batches(wave.hosts, forks) for wave in measured)
        return max(per_batch) * batches * (1 + margin)

    seen = max(wave.hosts for wave in measured)
    return WaveTimes(
        wave=wave.number,
        name=wave.name,
        soak=wave.gate.lasts,
        deploy=slowest("deploy"),
        verify=slowest("verify"),
        back_out=slowest("back_out"),
        basis=f"{counted(len(measured), 'measured wave')} of up to {counted(seen, 'host')}, plus {margin:.0%}",
    )


def _batches(hosts: int, forks: int) -> int:
    return max(1, ceil(hosts / forks))
