"""A release through its environments for people in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.releases.release_story import (
    InEnvironment,
    ReleaseDeployment,
    ReleaseStory,
)
from orchestrator.policy.authority.releases.release_words import (
    NOTHING_OPEN,
    STANDS_WORDS,
    certificate_words_of,
    difference_lines,
    headline,
    hosts_words_of,
    kind_words,
    moment,
    open_words,
    placed,
    summary_lines,
    word_words,
)

LONGEST = 1000


def release_lines(story: ReleaseStory) -> Iterator[str]:
    """The lines, the result first."""
    yield headline(story)
    yield from summary_lines(story)
    for each in story.environments:
        yield ""
        yield from _environment(each)
    if story.differences:
        yield ""
        yield "What differs"
    for between in story.differences:
        first, second = between.deployments
        yield f"  {plain(f'{between.before} ({first}) to {between.after} ({second})', LONGEST)}"
        yield from (f"    {line}" for line in difference_lines(between))
    if story.certificates:
        yield ""
        yield "Rehearsal certificates"
        yield from (f"  {certificate_words_of(held)}" for held in story.certificates)
    yield ""
    yield "Still open"
    left = [(d, work) for d in story.deployments for work in d.open]
    yield from (f"  {plain(f'{d.id}: {open_words(work)}', LONGEST)}" for d, work in left)
    if not left:
        yield f"  {NOTHING_OPEN}"


def _environment(each: InEnvironment) -> Iterator[str]:
    yield f"{plain(placed(each), LONGEST)}: {STANDS_WORDS[each.stands]}"
    for d in each.deployments:
        yield f"  {d.id}  {d.state}"
        yield from (f"    {name:<10}  {plain(line, LONGEST)}" for name, line in _rows(d))


def _rows(d: ReleaseDeployment) -> Iterator[tuple[str, str]]:
    if d.rehearses is not None:
        yield "kind", kind_words(d)
    yield from _named("result", d.result)
    ended = moment(d.ended_at) or "not over"
    yield (
        "when",
        f"planned {moment(d.planned_at)} by {d.by}, began {moment(d.opened_at) or 'not yet'}, ended {ended}",
    )
    yield "hosts", hosts_words_of(d)
    yield from _named("decisions", tuple(map(word_words, d.words)) or ("none on record",))
    yield from _named("rehearsal", d.rests_on)
    yield "rules", f"policy {d.policy or 'none'}, model {d.model or 'none'}"
    yield "plan", f"sha256 {d.plan_sha256}, effective plan {d.effective or 'none on record'}"
    yield from _named("units", tuple(f"{u.name} {u.version} sha256 {u.sha256}" for u in d.units))
    yield from _named("residue", d.residue)


def _named(name: str, lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The name stands before the first line only."""
    yield from ((name if number == 0 else "", line) for number, line in enumerate(lines))
