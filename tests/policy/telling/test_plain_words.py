"""What people are told of a deployment, sentence by sentence."""

import re
from collections.abc import Sequence

import pytest

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.driving import Driving
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import counts_words, plain_words
from orchestrator.policy.telling.words.host_words import hosts_words
from tests.journals.corpus import NAMES, folded, recorded
from tests.journals.scripts import completed_phased
from tests.worlds.plans import SIX

HEADLINES = {
    "completed_phased": "shop 2.4.0 is deployed and verified on all 6 hosts of staging.",
    "big_bang_60": "shop 2.4.0 is verified on 57 of 60 hosts of staging; node17, node33 and node42 need attention.",
    "excluded_then_completed": "shop 2.4.0 is verified on 5 of 6 hosts of staging; web3 needs attention.",
    "pilot_backed_out": "Stopped at the pilot and backed out: web1 again equals its baseline "
    "in all 412 configuration items (0 differences).",
    "soak_failure": "Stopped at wave 1 and backed out: web1 again equals its baseline "
    "in all 412 configuration items (0 differences).",
    "rolled_back": "Taken back on the word of cleo and backed out: web1, web2, web3, web4, web5 and web6 "
    "again equal their baselines in all 2,472 configuration items (0 differences).",
    "residue": "Stopped at wave 2 and backed out with residue: 3 configuration items on web2 and web3 "
    "differ from the baseline.",
    "hostile_text": "Stopped at wave 1 and backed out with residue: 1 configuration item on web1 "
    "differs from the baseline.",
    "backout_failed": "Stopped at wave 2, and the backout failed: what web3 holds is not proved. "
    "A person has to look there.",
    "refused_environment": "Refused before any host was touched.",
    "held": "Held for a person at wave 2: nothing goes on until somebody decides.",
    "rebooted_and_outrun": "Held for a person at wave 2: nothing goes on until somebody decides.",
    "slept_through_others": "Taken back on the word of ann; backing out web1, web2 and web3.",
    "copy_changed": "Taken back on the word of ann and backed out: web1, web2 and web3 again equal their baselines "
    "in all 1,236 configuration items (0 differences).",
    "killed_and_adopted": "Deploying, at wave 3 of 3. Hosts: 3 verified, 3 deploying.",
}
SUCCESS = re.compile(r"\b(success\w*|completed|deployed and verified|restored)\b", re.IGNORECASE)
CHOSEN = ({"code": "backout.chosen"},)
FAILED = {State.BACKED_OUT, State.BACKED_OUT_WITH_RESIDUE, State.BACKOUT_FAILED, State.REFUSED}


@pytest.mark.parametrize(("name", "headline"), HEADLINES.items(), ids=HEADLINES)
def test_headline(name: str, headline: str) -> None:
    assert plain_words(folded(name))[0] == headline


def test_every_journal_of_the_corpus_has_its_headline_here() -> None:
    assert set(NAMES) == set(HEADLINES)


def test_a_run_from_a_copy_that_changed_is_told_however_it_ended() -> None:
    words = plain_words(folded("copy_changed"))[-1]
    names = [f"shop-2.4.0-20260302-210000.{attempt}" for attempt in ("1-deploy", "3-deploy", "5-backout")]
    assert words.startswith(f"What {names[0]}, {names[1]} and {names[2]} ran from changed meanwhile")


@pytest.mark.parametrize("name", NAMES)
def test_a_failed_deployment_is_never_told_in_words_of_success(name: str) -> None:
    d = folded(name)
    if d.state in FAILED:
        assert not SUCCESS.search(plain_words(d)[0])
    else:
        assert d.state not in FAILED


@pytest.mark.parametrize("name", NAMES)
def test_at_every_moment_there_are_words_and_a_next_move(name: str) -> None:
    records = recorded(name)
    for length in range(1, len(records) + 1):
        d = fold(records[:length])
        assert all(sentence.endswith((".", "…", "!", "?")) for sentence in plain_words(d)), plain_words(d)
        assert next_moves(d)
        assert not SUCCESS.search(plain_words(d)[0]) or d.state in (
            State.COMPLETED,
            State.COMPLETED_WITH_EXCEPTIONS,
        )


def test_a_start_that_the_plan_says_to_skip_was_cancelled_by_nobody() -> None:
    records = recorded("completed_phased")
    begun = next(n for n, record in enumerate(records) if record.event.kind == "window_opened")
    missed = e.StartMissed(late=3600, choice="skip", reason="nobody started it within 1 h", by="cron")
    skipped: list[e.Event] = [missed, e.DeploymentCancelled(by="cron", reason="the plan says so")]
    assert plain_words(fold([*records[:begun], *after(records[:begun], *skipped)])) == (
        "Skipped before any host was touched: its start was missed, and the plan says to skip it then.",
        "Nobody started it within 1 h.",
    )
    by_ann = after(records[:begun], e.DeploymentCancelled(by="ann", reason="not this week"))
    assert plain_words(fold([*records[:begun], *by_ann])) == (
        "Cancelled by a person before any host was touched.",
        "By ann: not this week.",
    )


@pytest.mark.parametrize(
    ("began", "headline"),
    [
        (
            {"by": "cleo", "reason": "aborted by mistake, so back to the old one"},
            "Taken back on the word of cleo",
        ),
        ({"by": "orch", "reason": "looks wrong", "reasons": CHOSEN}, "Taken back on the word of orch"),
        ({"by": "orch", "reason": "wave 1 failed"}, "Stopped at wave 3"),
    ],
)
def test_who_took_it_back_is_not_read_from_the_words_of_a_person(
    began: dict[str, object], headline: str
) -> None:
    records = recorded("killed_and_adopted")
    ended = next(n for n, r in enumerate(records) if r.event.kind == "attempt_intended" and r.event.wave == 2)
    whole = e.BackoutBegan.model_validate({"hosts": ("web1",), **began})
    assert plain_words(fold([*records[:ended], *after(records[:ended], whole)]))[0].startswith(headline)


def test_an_abort_is_told_as_one_with_and_without_a_code() -> None:
    records = recorded("killed_and_adopted")
    ended = next(n for n, r in enumerate(records) if r.event.kind == "attempt_intended" and r.event.wave == 2)
    asked = e.AbortRequested(by="ann", reason="enough")
    for reasons in ((), (Ground(code="backout.aborted"),)):
        began = e.BackoutBegan(
            hosts=("web1",), reason="aborted by ann: enough", by="ann: enough", reasons=reasons
        )
        d = fold([*records[:ended], *after(records[:ended], asked, began)])
        assert plain_words(d)[0].startswith("Aborted at wave")


def test_what_is_the_matter_with_several_hosts_is_said_once() -> None:
    reasons = (
        "web1: port 8080: taken",
        "web2: port 8080: taken",
        "web3: no answer",
        "a window: it is closed",
    )
    refused = e.DeploymentRefused(stage="environment", reasons=reasons)
    before = recorded("refused_environment")[:-1]
    d = fold([*before, *after(before, refused)])
    assert plain_words(d)[1:] == (
        "web1 and web2: port 8080: taken.",
        "web3: no answer.",
        "a window: it is closed.",
    )


def after(records: Sequence[Recorded], *events: e.Event) -> list[Recorded]:
    """These events on the journal after those records."""
    last = records[-1]
    return [
        last.model_copy(update={"seq": last.seq + n, "event": event}) for n, event in enumerate(events, 1)
    ]


def test_hosts_outside_the_backout_are_said_to_run_the_release() -> None:
    d = folded("pilot_backed_out")
    verified = {"web2": d.standings["web2"].model_copy(update={"standing": "verified"})}
    partly = d.model_copy(update={"standings": d.standings | verified})
    assert "Not backed out: web2 still runs shop 2.4.0." in plain_words(partly)


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        ((), "no host"),
        (("a",), "a"),
        (("a", "b"), "a and b"),
        (("a", "b", "c"), "a, b and c"),
        (tuple("abcdefghij"), "a, b, c, d, e, f, g, h and 2 more"),
    ],
)
def test_hosts_in_words(hosts: tuple[str, ...], words: str) -> None:
    assert hosts_words(hosts) == words


def test_standings_are_counted() -> None:
    assert counts_words(folded("residue"), list(SIX)) == (
        "1 equal to the baseline, 2 different from the baseline, 3 not touched"
    )


def moves(d: Deployment) -> list[str]:
    return [move.command.replace(d.id, "ID") for move in next_moves(d)]


def test_a_hold_offers_its_four_choices() -> None:
    assert moves(folded("held")) == [
        "orch retry ID",
        "orch exclude ID web3 --reason WHY",
        "orch rollback ID --reason WHY",
        "orch hold ID",
    ]


def test_a_pause_offers_to_go_on_or_to_abort() -> None:
    paused = completed_phased().records[:-1]
    before = fold(paused)
    d = before.with_(driving=Driving.updated(before.driving, paused="ann: lunch"))
    assert moves(d) == ["orch resume ID", "orch abort ID --reason WHY"]
    assert plain_words(d)[0] == "Paused at wave 3 by ann: lunch."


def test_what_is_left_behind_can_be_looked_at_and_backed_out_again() -> None:
    assert moves(folded("residue")) == [
        "orch record show ID",
        "orch baseline diff ID",
        "orch rollback ID --reason WHY",
    ]
