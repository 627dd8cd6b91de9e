"""The story of a release in words: made here only, from codes and values."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.authority.releases.release_story import (
    Differences,
    GivenWord,
    HeldCertificate,
    InEnvironment,
    OpenCode,
    OpenWork,
    ReleaseDeployment,
    ReleaseStory,
    StandsCode,
)
from orchestrator.policy.telling.ends import Tone
from orchestrator.policy.telling.words.environment_words import placed_words
from orchestrator.policy.telling.words.host_words import STANDING_WORDS, hosts_words

LONGEST = 1000
NOTHING_OPEN = "Nothing is open: everything that had to follow is done."
UNSIGNED = "named, not signed"
STANDS_WORDS: Mapping[StandsCode, str] = {
    "under_way": "under way",
    "deployed": "deployed and verified",
    "exceptions": "deployed, with hosts left out",
    "taken_back": "backed out, and equal to the baseline in what was captured",
    "residue": "backed out with residue",
    "unproved": "backed out, and what is there is not proved",
    "nothing": "no host was touched",
    "rehearsed": "rehearsed only",
}
TONES: Mapping[StandsCode, Tone] = {
    "under_way": "care",
    "deployed": "good",
    "exceptions": "care",
    "taken_back": "bad",
    "residue": "bad",
    "unproved": "bad",
    "nothing": "care",
    "rehearsed": "care",
}
OPEN_WORDS: Mapping[OpenCode, str] = {
    "not_over": "it is not over: {about}",
    "sign_off": "sign-off as {about} is missing",
    "review": "the review of the emergency as {about} is missing",
    "work": "not yet done: {about}",
    "post_review": "the review after the release is not closed",
    "action": "action not yet done: {about}",
    "objective": "an objective is not achieved or not known, and nobody accepted that: {about}",
    "receipt": "its change ticket was not told how it ended: {about}",
    "residue": "{about} differs from its baseline",
    "unproved": "what {about} holds is not proved",
}


def tone_of_release(story: ReleaseStory) -> Tone:
    """Good where it stands everywhere it was deployed, and nothing is open."""
    tones = {TONES[each.stands] for each in story.environments if each.stands != "rehearsed"}
    if "bad" in tones:
        return "bad"
    open_ones = any(d.open for d in story.deployments)
    return "good" if tones == {"good"} and not open_ones and not story.unreadable else "care"


def headline(story: ReleaseStory) -> str:
    """How it stands, in one sentence."""
    places: dict[StandsCode, list[str]] = {}
    for each in story.environments:
        places.setdefault(each.stands, []).append(placed(each))
    where = (f"in {hosts_words(names)}: {STANDS_WORDS[stands]}" for stands, names in places.items())
    return plain(f"{story.release} {story.version} {'; '.join(where)}.", LONGEST)


def summary_lines(story: ReleaseStory) -> Iterator[str]:
    """What follows the headline: how much was done, how much is open, and what cannot be read."""
    real = [d for d in story.deployments if d.rehearses is None]
    rehearsals = len(story.deployments) - len(real)
    yield (
        f"{counted(len(real), 'deployment')} and {counted(rehearsals, 'rehearsal')} in "
        f"{counted(len(story.environments), 'environment')}."
    )
    left = sum(len(d.open) for d in story.deployments)
    yield f"{counted(left, 'thing')} {'is' if left == 1 else 'are'} still open." if left else NOTHING_OPEN
    for name, why in story.unreadable.items():
        yield plain(f"{name} cannot be read; where it is of this release, it is missing here: {why}", LONGEST)
    for why in story.certificates_unread:
        yield plain(f"Certificates cannot be read: {why}", LONGEST)
    if story.other_versions:
        yield plain(f"Other versions on record: {', '.join(story.other_versions)}.", LONGEST)


def placed(each: InEnvironment) -> str:
    """The environment with its class."""
    return placed_words(each.environment, each.environment_class)


def kind_words(d: ReleaseDeployment) -> str:
    """Whether it is a rehearsal, of which part and for what, and whether it went as it must."""
    if d.rehearses is None:
        return "deployment"
    result = {None: "open", True: "as it must", False: "FAILED"}[d.as_rehearsed]
    return f"rehearsal for {d.rehearses} ({d.part}): {result}"


def hosts_words_of(d: ReleaseDeployment) -> str:
    """Hosts by standing, such as `3 verified, 1 failed`."""
    return ", ".join(f"{count} {STANDING_WORDS[standing]}" for standing, count in d.hosts.items())


def word_words(word: GivenWord) -> str:
    """One decision, such as `approved by Ann as change manager, signed 2026-03-02 22:00 UTC`."""
    signed = f"signed {moment(word.signed_at)}" if word.signed_at is not None else UNSIGNED
    return plain(f"{word.decision}: {word.person} as {word.role}, {signed}", LONGEST)


def open_words(work: OpenWork) -> str:
    """One piece of open work, with its time."""
    due = ""
    if work.due is not None:
        due = f", {'OVERDUE since' if work.overdue else 'due by'} {moment(work.due)}"
    return plain(OPEN_WORDS[work.code].format(about=work.about) + due, LONGEST)


def certificate_words_of(held: HeldCertificate) -> str:
    """One certificate, and whether its signature is good now."""
    proved = "the baseline was proved restored" if held.restored else "NOT proved restored"
    path = "with" if held.failure_path else "without"
    return plain(
        f"rehearsed in {held.environment} at {moment(held.rehearsed_at)} ({', '.join(held.deployments)}), {proved}, {path} "
        f"an injected failure; key {held.key[:16]}, signature {held.answer}",
        LONGEST,
    )


def difference_lines(between: Differences) -> Iterator[str]:
    """What differs between two environments, a line each; what is equal is said too."""
    yield ("The plan file is the same." if between.same_plan_file else "Each has a plan file of its own.")
    yield from (f"Release unit {plain(unit, LONGEST)}" for unit in between.units)
    if not between.units:
        yield "The release units are the same files, by version and digest."
    if not between.compared:
        yield "The rest cannot be compared: at least one of them has no effective plan on record."
        return
    for change in between.changes:
        yield plain(f"Different: {change}", LONGEST)
    if not between.changes:
        yield "Equal in plan, model, policy, playbooks, artefacts and variables, by digest."
    if between.hosts_differ:
        yield "Hosts, inventory, schedule and approvals are each environment's own."


def moment(at: datetime | None) -> str:
    """A moment in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at is not None else ""
