"""Whether what a rehearsal ran with is what a deployment will run with; docs/adr/0099 says why in this grain.

ansible-core and Python mend faults within a series (2.19, 3.11) and change behaviour between them; a collection is versioned by
whoever wrote it, and is code that runs on hosts. So a rehearsal covers a series of both, and exact versions of collections.
"""

from collections.abc import Iterator

from orchestrator.domain.authority.rehearsal import RehearsedSoftware
from orchestrator.domain.evidence.run_software import AnsibleUsed, RunSoftware, series_of
from orchestrator.domain.rules.release_policy import VersionGrain

BEFORE = "2.19"
"""The series that every version of orch ran that issued certificates without versions."""


def rehearsed_software(software: RunSoftware) -> RehearsedSoftware | None:
    """What a certificate covers of it; None where it is not known what runs playbooks."""
    if not software.core or not software.python:
        return None
    return RehearsedSoftware(
        core=software.core,
        python=software.python,
        collections={each.name: each.version for each in software.collections},
    )


def differences(
    rehearsed: RehearsedSoftware | None, now: RunSoftware, grain: VersionGrain
) -> tuple[str, ...]:
    """Each difference that this grain sees, in words: what will run, and what was rehearsed; empty where it is covered."""
    if grain == "any":
        return ()
    there = rehearsed_software(now)
    if there is None:
        return ("what will run here is not known",)
    if rehearsed is None:
        rehearsed = RehearsedSoftware(core=BEFORE, python=there.python, collections=there.collections)
        grain = "series"
    return tuple(differing_words(rehearsed, there, grain))


def differing_words(
    was: RehearsedSoftware, now: RehearsedSoftware, grain: VersionGrain = "exact"
) -> Iterator[str]:
    """Each difference between what was rehearsed and what is to run, or ran."""
    for name, before, after in (("ansible-core", was.core, now.core), ("Python", was.python, now.python)):
        alike = before == after if grain == "exact" else series_of(before) == series_of(after)
        if not alike:
            yield f"{name} {after}, rehearsed with {before}"
    for name in sorted(was.collections.keys() | now.collections.keys()):
        rehearsed, there = was.collections.get(name), now.collections.get(name)
        if rehearsed != there:
            yield f"collection {_shown(name, there)}, rehearsed {_shown('with', rehearsed)}"


def _shown(what: str, version: str | None) -> str:
    if version is None:
        return "without it" if what == "with" else f"{what}, which is not there"
    return f"{what} {version or 'a copy that says no version'}"


def other_series(began: AnsibleUsed, now: AnsibleUsed) -> str:
    """What is of another series in an installation than when a deployment began with it, in words; empty where nothing is."""
    pairs = (
        ("ansible-core", began.core_version, now.core_version),
        ("Python", began.python_version, now.python_version),
    )
    return " and ".join(
        f"{name} {after} where it had {before}"
        for name, before, after in pairs
        if series_of(before) != series_of(after)
    )
