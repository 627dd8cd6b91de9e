"""The parts of the live page that change, each rendered by itself: the same text for everybody with the same rights."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.report.short_names import short_names
from orchestrator.adapters.report.timeline import timeline_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.course.current_step import waits_for_person
from orchestrator.policy.course.waits import waits_of
from orchestrator.policy.course.words_now import words_now
from orchestrator.policy.telling.ends import tone_of
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import environment_words, plain_words, release_words
from orchestrator.web.live.wave_rows import wave_rows
from orchestrator.web.templating import fragment
from orchestrator.web.words.word_table import WORDS

if TYPE_CHECKING:
    from orchestrator.domain.authority.access import Right
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.web.live.follower import Follower

FRAGMENTS = ("standing", "moves", "gate", "waits", "waves", "tasks", "checks", "timeline", "happened")
BY_RIGHTS = frozenset({"moves"})
"""Fragments that are not the same for all: nobody is shown a word that would be refused."""
LANE, COMPLAINTS, TASK_HOSTS = 20, 20, 6


class Clock(NamedTuple):
    """A soak or an early life support that runs: its name, when it ends, and its length where that is known."""

    name: str
    began: datetime | None
    until: datetime
    seconds: float | None


def fragments_of(at: Follower, now: datetime, rights: Collection[Right]) -> dict[str, str]:
    """The text of each fragment, by its name."""
    return {name: rendered(name, at, now, rights) for name in FRAGMENTS}


def rendered(name: str, at: Follower, now: datetime, rights: Collection[Right] = ()) -> str:
    """The text of one fragment."""
    return fragment(f"live/{name}.html.j2", **_VALUES[name](at, now, frozenset(rights)))


def version_of(fragments: Mapping[str, str]) -> str:
    """A name for exactly these texts."""
    digest = hashlib.sha256()
    for name, text in fragments.items():
        digest.update(f"{name}\0{text}\0".encode("utf-8", "replace"))
    return digest.hexdigest()[:24]


def clock_of(d: Deployment) -> Clock | None:
    """The time that runs at a gate, or in early life support; None where none does."""
    gate = d.rollout.gate
    if d.over or d.backout is not None:
        return None
    if gate is not None and gate.soak_until is not None and not gate.soaked:
        soak = d.waves[d.rollout.wave].gate.soak
        return Clock("soak time", gate.soak_until - timedelta(seconds=soak), gate.soak_until, soak)
    if d.early_life.until is not None:
        return Clock("early life support", None, d.early_life.until, None)
    return None


Values = dict[str, object]


def _standing(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    d = at.d
    return {
        "d": d,
        "release": release_words(d),
        "environment": environment_words(d),
        "words": plain_words(d),
        "tone": tone_of(d.state) if d.over else "bad" if d.driving.hold or d.backout else "work",
    }


def _moves(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    d = at.d
    return {
        "d": d,
        "words": [(word, WORDS[word]) for word in words_now(d) if WORDS[word].right in rights],
        "commands": next_moves(d),
        "approve": "approve" in rights,
    }


def _gate(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    d, clock = at.d, clock_of(at.d)
    left = max(0.0, (clock.until - now).total_seconds()) if clock is not None else 0.0
    return {"d": d, "clock": clock, "left": round(left), "now": now, "gate": d.rollout.gate}


def _waits(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    person = waits_for_person(at.d, now)
    return {"waits": waits_of(at.d, now, at.reasons), "person": person, "still": at.still}


def _waves(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    return {"d": at.d, "rows": wave_rows(at.d)}


def _tasks(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    """Hosts at the same task are one line."""
    attempt = at.d.open_attempt
    by_task: dict[tuple[str, str], list[str]] = {}
    messages: dict[tuple[str, str], str] = {}
    for seen in at.tasks.values():
        key = (plain(seen.task, 200), seen.status)
        by_task.setdefault(key, []).append(seen.host)
        if seen.message:
            messages.setdefault(key, plain(seen.message, 300))
    rows = [(*key, sorted(hosts), messages.get(key, "")) for key, hosts in by_task.items()]
    counts = Counter(seen.status for seen in at.tasks.values())
    return {
        "d": at.d,
        "attempt": attempt,
        "rows": sorted(rows, key=lambda row: -len(row[2]))[:COMPLAINTS],
        "more": max(0, len(rows) - COMPLAINTS),
        "counts": counts,
        "named": TASK_HOSTS,
    }


def _checks(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    checked = [step for step in at.story.steps if step.checks]
    last = checked[-1] if checked else None
    complaints = last.complaints if last is not None else ()
    return {
        "d": at.d,
        "last": last,
        "complaints": complaints[:COMPLAINTS],
        "more": max(0, len(complaints) - COMPLAINTS),
    }


def _timeline(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    d = at.d
    end = d.ended_at or max(now, d.last_at)
    few = len(d.standings) <= 40
    return {
        "d": d,
        "timeline": timeline_of(d, at.story, at.evidence, end),
        "lane_names": short_names(d.standings, LANE) if few else {},
        "steps": [*reversed(at.story.steps)][:12],
    }


def _happened(at: Follower, now: datetime, rights: frozenset[Right]) -> Values:
    return {"lines": at.lines}


_VALUES = {
    "standing": _standing,
    "moves": _moves,
    "gate": _gate,
    "waits": _waits,
    "waves": _waves,
    "tasks": _tasks,
    "checks": _checks,
    "timeline": _timeline,
    "happened": _happened,
}
