"""A release through its environments as a document: what was done in each, what differs, and what is still open."""

from collections.abc import Iterator, Sequence

from orchestrator.adapters.report.attached_record import footing, safe_name
from orchestrator.adapters.report.document import Attached, Document, Fact, Section, fact, table
from orchestrator.domain.text.format import counted, seconds_words
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
    tone_of_release,
    word_words,
)

ALIKE = "Only one environment was reached: there is nothing to compare."


def release_document(story: ReleaseStory, content: bytes) -> Document:
    """The document of a release. `content`: the story as JSON, which the PDF has inside."""
    attached = Attached(
        f"{safe_name(f'{story.release}-{story.version}')}.release.json",
        content,
        "application/json",
        f"The same facts of {story.release} {story.version} for programs",
    )
    return Document(
        kind="Release record",
        title=f"{story.release} {story.version}",
        name=f"{story.release} {story.version}",
        tone=tone_of_release(story),
        state=f"{counted(len(story.environments), 'environment')}",
        words=(headline(story), *summary_lines(story)),
        facts=(),
        sections=(
            _environments(story),
            Section("What differs between the environments", nothing=ALIKE if not story.differences else ""),
            *_differences(story),
            _units(story),
            _open(story),
            Section("Rehearsal certificates", tuple(map(certificate_words_of, story.certificates))),
            *(section for each in story.environments for section in _deployments(each)),
        ),
        made_at=story.made,
        made_from=f"the journals of {counted(len(story.deployments), 'deployment')}",
        digest=footing(attached),
        attached=attached,
    )


def _environments(story: ReleaseStory) -> Section:
    rows = []
    for each in story.environments:
        newest = each.deployments[-1]
        left = sum(len(d.open) for d in each.deployments)
        rows.append(
            (
                placed(each),
                STANDS_WORDS[each.stands],
                str(len(each.deployments)),
                newest.id,
                moment(newest.ended_at) or "not over",
                str(left),
            )
        )
    headings = (
        ("environment", 2.5), ("how it stands", 4), ("deployments", 1.6), ("newest", 4), ("ended", 3), ("still open", 1.5),
    )  # fmt: skip
    return Section("Environments", table=table(headings, rows))


def _differences(story: ReleaseStory) -> Iterator[Section]:
    for between in story.differences:
        yield Section(
            f"{between.before} to {between.after}",
            (f"{between.deployments[0]} beside {between.deployments[1]}.", *difference_lines(between)),
            level=2,
        )


def _units(story: ReleaseStory) -> Section:
    """Each unit with its digest, deployment by deployment: the same digest is the same file."""
    rows = [
        (unit.name, unit.version, unit.sha256, d.environment, d.id, _verified(unit.sha256, unit.verified))
        for d in story.deployments
        for unit in d.units
    ]
    headings = (
        ("unit", 2), ("version", 1.5), ("sha256 in the plan", 5), ("environment", 2), ("deployment", 4),
        ("in the library", 2.5),
    )  # fmt: skip
    return Section("Release units", table=table(headings, rows), nothing="The plans carry no release units.")


def _verified(planned: str, verified: str | None) -> str:
    if verified is None:
        return "not verified"
    return "the same" if verified == planned else f"BUT FOUND {verified}"


def _open(story: ReleaseStory) -> Section:
    rows = [(d.environment, d.id, open_words(work)) for d in story.deployments for work in d.open]
    headings = (("environment", 2), ("deployment", 4), ("what is still to be done", 7))
    return Section("Still open", table=table(headings, rows), nothing=NOTHING_OPEN)


def _deployments(each: InEnvironment) -> Iterator[Section]:
    yield Section(f"In {placed(each)}", (f"It is {STANDS_WORDS[each.stands]}.",))
    for d in each.deployments:
        yield Section(f"{d.id}: {d.state}", facts=tuple(_facts(d)), level=2)


def _facts(d: ReleaseDeployment) -> Iterator[Fact]:
    yield fact("Kind", kind_words(d))
    yield Fact("Result", d.result)
    yield fact("Planned", f"{moment(d.planned_at)} by {d.by}")
    yield fact("Began", moment(d.opened_at) or "not begun")
    yield fact("Ended", _ended(d))
    yield fact("Hosts", hosts_words_of(d))
    yield fact("Decisions", *_or_none([word_words(word) for word in d.words]))
    yield fact("Rehearsal", *d.rests_on)
    yield fact("Policy", d.policy or "none binds it")
    yield fact("Model", d.model or "none")
    yield fact("Plan", f"sha256 {d.plan_sha256}")
    yield fact("Effective plan", d.effective or "none on record")
    yield fact("Residue", *_or_none(d.residue))
    yield fact("Still open", *_or_none([open_words(work) for work in d.open]))


def _ended(d: ReleaseDeployment) -> str:
    if d.ended_at is None:
        return "not over"
    took = (d.ended_at - d.opened_at).total_seconds() if d.opened_at is not None else None
    return f"{moment(d.ended_at)}{f', after {seconds_words(round(took))}' if took is not None else ''}"


def _or_none(lines: Sequence[str]) -> Sequence[str]:
    return lines or ("none",)
