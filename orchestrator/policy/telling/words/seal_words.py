"""What a look at a seal found, in words: made here only, from the codes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from orchestrator.domain.seal.anchored_record import AnchoredRecord, StoreHere
from orchestrator.domain.seal.findings import LastLook, SealCode, SealFinding, SealLook
from orchestrator.domain.seal.own_keys import OwnKey
from orchestrator.domain.seal.sealed_record import AcceptedBreak
from orchestrator.domain.seal.signed_note import NoteKey
from orchestrator.domain.seal.verification import RecordVerdict, Unproved
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.words.disposal_words import disposed_line

FINDING_WORDS: Mapping[SealCode, str] = {
    "seal.none": "nothing of it is sealed yet: its next event seals it, or orch record seal does",
    "seal.event_changed": "event {event} is not what was sealed: it was changed afterwards",
    "seal.event_missing": "event {event} was sealed and is gone",
    "seal.event_added": "event {event} was never sealed: it was written past orch",
    "seal.leaf_missing": "the seal of event {event} is gone",
    "seal.head_missing": "the log of the store does not have it, and it has events",
    "seal.head_changed": "the head of its tree is not the one that is signed",
    "seal.head_older": "the head of its tree is an older one",
    "seal.log_changed": "the log of the store is not the one that is signed",
    "seal.checkpoint_unreadable": "the checkpoint cannot be read",
    "seal.checkpoint_unsigned": "the signature of the checkpoint is not good",
    "seal.key_unknown": "the checkpoint is signed by a key that is not known here",
    "seal.key_revoked": "the checkpoint is signed by a revoked key",
    "seal.key_other": "none of the keys that you named signed it",
    "seal.other_store": "the checkpoint is of another store",
    "seal.store_older": "a checkpoint of a later moment is known: events were taken away, or the store is an older copy",
    "seal.store_forked": "a checkpoint is known that this log does not go on from: the store is another copy",
    "seal.break_recorded": "its seal did not fit when something was appended, and was begun anew",
    "seal.log_broke": "the log of the store did not fit once, and was begun anew",
    "seal.signature_bad": "what a person signed is not what event {event} says",
    "seal.anchor_bad": "what an anchor outside is said to have is not what it says",
    "seal.anchor_missing": "checkpoints that orch put outside are not there any more",
}
UNPROVED_WORDS: Mapping[Unproved, str] = {
    "key_not_known": (
        "who sealed it: the key is only in the record itself. Compare it with what orch record key prints where it was made"
    ),
    "not_anchored": (
        "that nobody who holds orch's key made it anew, or restored a whole older store: no anchor outside was seen to have it"
    ),
    "stamp_not_verified": "{number} time stamps: name the file of their authority with --tsa-ca, where openssl is",
    "anchor_not_compared": "{number} anchors in a repository or file: compare what is there with the checkpoint in the record",
    "sealed_late": "its first {number} events before they were sealed: they were written before there were seals",
    "break_recorded": "what was there before its seal broke ({number} times)",
    "log_broke": "what the log of the store had before it was begun anew ({number} times)",
    "key_after_loss": "that {number} of its keys follow the ones before: those were lost and could introduce nothing",
    "events_disposed": "what {number} events said: they were disposed of, and only their leaves are left",
    "copies_elsewhere": (
        "that no copy is left elsewhere: backups, sealed records that were handed out, and what a disk keeps of deleted files"
    ),
    "later_events": "that nothing followed event {number}; the store knows: orch record verify ID",
    "signature_not_verified": "{number} signatures of people: their keys are not in it, or are of ssh (ssh-keygen -Y verify)",
    "pages": (
        "what the pages of the PDF say: only the record attached to it was verified. Where its store is, they can be made anew"
    ),
}

HERE_WORDS: Mapping[StoreHere, str] = {
    "another": "The store here is not known to be the one that it is of.",
    "goes on": "The log of the store here goes on from it.",
    "older": "The store here is an OLDER one: events that this record is of were taken away, or an older copy was restored.",
    "forked": "The store here is ANOTHER one: its log does not go on from this record.",
}


def finding_words(finding: SealFinding) -> str:
    """One finding in words."""
    words = FINDING_WORDS[finding.code].format(event=finding.event)
    return f"{words} ({plain(finding.detail, 200)})" if finding.detail else words


def look_lines(look: SealLook) -> Iterator[str]:
    """What was found in the store, in lines for people."""
    for finding in look.elsewhere:
        yield f"elsewhere in the log: {finding.code}: {finding_words(finding)}"
    if look.intact and look.disposal is not None:
        yield disposed_line(look.deployment, look.disposal)
        yield f"  intact: the leaves of its {look.size} events and its head are what was sealed"
        return
    if look.intact:
        late = f"; the first {look.late} were sealed late" if look.late else ""
        yield f"{plain(look.deployment, 100)}: intact and whole, {look.size} events{late}"
        return
    yield f"{plain(look.deployment, 100)}: NOT what was sealed"
    yield from (f"  {finding.code}: {finding_words(finding)}" for finding in look.findings)


def accepted_words(accepted: AcceptedBreak) -> str:
    """Who accepted that the log was begun anew."""
    words = f"the log of the store was begun anew (break {accepted.breaks}), accepted by {accepted.by}"
    return plain(f"{accepted.at:%Y-%m-%d %H:%M} UTC  {words}: {accepted.reason}", 600)


def verdict_lines(verdict: RecordVerdict) -> Iterator[str]:
    """What was found of a sealed record, in lines for people."""
    yield f"deployment    {verdict.deployment}"
    yield f"integrity     {verdict.integrity.upper() if verdict.integrity == 'broken' else verdict.integrity}"
    yield f"completeness  {verdict.completeness.upper() if verdict.completeness == 'broken' else verdict.completeness}"
    yield f"events        {verdict.events}, root {verdict.root}"
    yield f"sealed by     {verdict.key or 'nobody'}"
    yield from (f"anchored      {_anchored_words(each)}" for each in verdict.anchored)
    yield from (f"  {finding.code}: {finding_words(finding)}" for finding in verdict.findings)
    yield from map(accepted_words, verdict.accepted)
    yield "It does not prove:"
    yield from (
        f"  {code}: {UNPROVED_WORDS[code].format(number=number)}" for code, number in verdict.unproved
    )


def key_words(own: OwnKey) -> str:
    """A key of orch with what became of it."""
    lost = "; it follows a key that was lost: nothing introduced it" if own.after_loss else ""
    gone = f"; revoked {own.revoked.at:%Y-%m-%d %H:%M} UTC: {own.revoked.reason}" if own.revoked else ""
    return f"{own.key}  since {own.since:%Y-%m-%d %H:%M} UTC{lost}{gone}"


def loss_lines(keys: Sequence[OwnKey]) -> Iterator[str]:
    """From when on which key signs, where one was lost: what it sealed is verified by its public half on record."""
    for before, own in pairwise(keys):
        if own.after_loss:
            yield (
                f"{NoteKey.read(own.key).name} seals since {own.since:%Y-%m-%d %H:%M} UTC, because "
                f"{NoteKey.read(before.key).name} was lost: it was not introduced. If the old key could be in other hands, "
                "compare with an anchor"
            )


def last_look_words(look: LastLook | None) -> str:
    """When everything was verified last, in one sentence; empty where it never was."""
    if look is None:
        return ""
    when = f"All records were verified on {look.at:%Y-%m-%d at %H:%M} UTC: "
    if not look.broken:
        return f"{when}{look.deployments} are what was sealed."
    names = ", ".join(look.broken[:3])
    return f"{when}{len(look.broken)} of {look.deployments} are NOT what was sealed ({names}): orch record verify"


def _anchored_words(anchored: AnchoredRecord) -> str:
    at = f"{anchored.at:%Y-%m-%d %H:%M} UTC" if anchored.at is not None else "at a time that it does not say"
    part = "" if anchored.covers else "; it has not seen the newest of this record"
    return plain(f"{at} by {anchored.anchor.kind} {anchored.anchor.place}: {anchored.worth}{part}", 400)
