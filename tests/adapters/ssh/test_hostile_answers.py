"""Answers that are framed as they must be and make no sense: that host is unknown, and nothing else is touched."""

# Bytes take the way that a host's bytes take, from the frame to the results of the port. More of them: make slow.

import copy
import json
import random
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters.ssh import SshTargets
from orchestrator.adapters.ssh.answers import Answered, HostQuestion, Unanswered
from orchestrator.adapters.ssh.on_target.frame import end_mark
from orchestrator.adapters.ssh.round_trip import Reply, read_reply
from orchestrator.adapters.store.baselines import canonical
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.left_process import LeftProcess, ProcessesSeen, ProcessSearch
from orchestrator.domain.plan.check import Check
from orchestrator.domain.plan.target import Ending, Identity, Silence, Target
from tests.adapters.ssh.hostile_answers import mutated

NONCE = "5f3a"
GOOD, BAD = (Target(host=host, address="192.0.2.1") for host in ("web1", "web2"))
CHECKS: list[Check] = [
    TypeAdapter[Check](Check).validate_python(each) for each in ({"user": "root"}, {"clock": "2s"})
]
DIGESTS = {"/srv/app": "a" * 64}
SCOPE = BaselineScope(files=("/etc/shop.conf",))
SEARCH = ProcessSearch(runs={"d1.1-deploy": 7})
WHOLE: dict[str, Any] = {
    "identity": {
        "machine_id": "6f1d", "boot_id": "b00", "user": "deploy", "is_root": True, "python": "3.11.2", "epoch": 7,
    },
    "checks": {"0": ["passed", "root is there", 0.01]},
    "digests": {"/srv/app": ["sha256", "a" * 64]},
    "ending": {"ended": 1, "left": [], "unasked": 0},
    "processes": {
        "ended": [],
        "left": [
            {"run": "d1.1-deploy", "pid": 812, "program": "sh", "unit": "", "seconds": 1.5, "marked": True},
        ],
        "unasked": 0,
    },
    "baseline": {
        "items": [["file", "/etc/shop.conf", {"mode": "0644", "size": 3, "exists": True, "content": "YWJj"}]],
        "faults": [],
        "cuts": [["system file", "/etc/apt", "more than 5000 paths"]],
    },
    "echo": 1_700_000_000.5,
}  # fmt: skip


def framed(body: bytes) -> bytes:
    head = f"\nORCH-ANSWER {NONCE} {len(body)} {sha256(body).hexdigest()}\n".encode()
    return head + body + end_mark(NONCE)


class Bytes(SshTargets):
    """Hosts of which each question brings these bytes, and no connection is made."""

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        super().__init__()
        self.bodies = bodies

    def _ask(self, target: Target, question: HostQuestion) -> Answered | Unanswered:
        there = 1_700_000_000.0
        output = framed(self.bodies[target.host])
        return read_reply(target, question, NONCE, Reply(output, 0, b"", "SHA256:k", there, there, there))


def asked(body: bytes) -> dict[str, Any]:
    """What the port says of both hosts to each kind of question."""
    targets = Bytes({GOOD.host: json.dumps(WHOLE).encode(), BAD.host: body})
    both = [GOOD, BAD]
    return {
        "verify": targets.verify(both, CHECKS, Path()),
        "units": targets.verify_units(both, DIGESTS),
        "capture": targets.capture(both, SCOPE),
        "end_run": targets.end_run(both, "r", 0.0),
        "processes": targets.processes_of(both, SEARCH),
        "identify": targets.identify(both),
    }


def untouched(results: dict[str, Any]) -> None:
    """The good host's answers are what they are beside a good one, and all can be stored."""
    answers = [each.answer for each in [*results["verify"], *results["units"]] if each.host == GOOD.host]
    assert answers == ["passed"] * 4
    assert isinstance(results["capture"][GOOD.host], Baseline)
    assert results["end_run"][GOOD.host] == Ending(host=GOOD.host, ended=1)
    process = LeftProcess(run="d1.1-deploy", pid=812, program="sh", seconds=1.5)
    assert results["processes"][GOOD.host] == ProcessesSeen(host=GOOD.host, left=(process,))
    assert results["identify"][GOOD.host].epoch == 7
    for noun in (
        *results["verify"],
        *results["units"],
        *results["end_run"].values(),
        *results["processes"].values(),
    ):
        assert type(noun).model_validate_json(noun.model_dump_json()) == noun
    for baseline in results["capture"].values():
        if isinstance(baseline, Baseline):
            written = json.loads(canonical(baseline))["baseline"]
            assert Baseline.model_validate_json(json.dumps(written)) == baseline


def unknown(results: dict[str, Any], words: str) -> None:
    """The bad host is unknown to every question, and it is said why."""
    assert {each.answer for each in results["verify"][3:]} == {"failed", "inconclusive"}
    assert [each.answer for each in results["units"] if each.host == BAD.host] == ["inconclusive"]
    assert isinstance(results["end_run"][BAD.host], Silence)
    assert isinstance(results["processes"][BAD.host], Silence)
    for reason in (results["capture"][BAD.host], results["identify"][BAD.host], results["verify"][3].found):
        assert words in reason
        assert "makes no sense" in reason


def test_a_good_answer_is_taken() -> None:
    results = asked(json.dumps(WHOLE).encode())
    untouched(results)
    assert isinstance(results["identify"][BAD.host], Identity)


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    answer = copy.deepcopy(WHOLE)
    change(answer)
    return json.dumps(answer).encode()


def within(*path: str | int, value: Any) -> bytes:
    def put(answer: Any) -> None:
        for key in path[:-1]:
            answer = answer[key]
        answer[path[-1]] = value

    return changed(put)


NONSENSE = {
    "no JSON": (b"{]", "bracket is missing"),
    "nothing": (b"", "no JSON"),
    "a list": (b"[]", "no JSON object"),
    "no UTF-8": (b'{"fault": "\xff"}', "not UTF-8"),
    "a million brackets": (b"[" * 1_000_000, "nested more than"),
    "a million objects": (b'{"a":' * 200_000, "nested more than"),
    "text without end": (b'"\\' * 500_000, "no JSON"),
    "five million nothings": (b"[" + b"0," * 5_000_000 + b"0]", "values"),
    "null identity": (within("identity", value=None), "identity"),
    "no identity": (changed(lambda answer: answer.pop("identity")), "identity"),
    "NaN": (within("checks", "0", 2, value=float("nan")), "NaN is no number"),
    "infinity": (within("echo", value=float("inf")), "Infinity is no number"),
    "infinity by its size": (within("echo", value="@").replace(b'"@"', b"1e999"), "beyond what a number"),
    "ten thousand digits": (within("identity", "epoch", value="@").replace(b'"@"', b"9" * 10_000), "64 bits"),
    "an epoch over 2^63": (within("identity", "epoch", value=2**63 + 1), "64 bits"),
    "an epoch of no time": (within("identity", "epoch", value=2**62), "epoch"),
    "an epoch below nothing": (within("identity", "epoch", value=-1), "epoch"),
    "an epoch that is true": (within("identity", "epoch", value=True), "epoch"),
    "a number as a name": (within("identity", "machine_id", value=5), "machine_id"),
    "a list as a user": (within("identity", "user", value=[]), "user"),
    "text as root": (within("identity", "is_root", value="no"), "is_root"),
    "null checks": (within("checks", value=None), "checks"),
    "an answer of another kind": (within("checks", "0", value=["fine", "", 0.0]), "checks"),
    "null digests": (within("digests", value=None), "digests"),
    "a digest of one word": (within("digests", "/srv/app", value=["sha256"]), "digests"),
    "items that are none": (within("baseline", "items", value=[None]), "baseline.items"),
    "an item of two": (within("baseline", "items", value=[["file", "/x"]]), "baseline.items"),
    "a list as an attribute": (within("baseline", "items", 0, 2, "mode", value=[[]]), "mode"),
    "a fault that is no text": (within("baseline", "faults", value=[{}]), "faults"),
    "a name of a million characters": (within("baseline", "items", 0, 1, value="x" * 1_000_000), "characters"),
    "900,000 items": (within("baseline", "items", value=[["a", "b", {}]] * 900_000), "values"),
    "an ending without its end": (within("ending", value={"ended": 1}), "ending"),
    "a process without its run": (within("processes", "left", 0, "run", value=None), "processes"),
    "a process of a run that is no name": (
        within("processes", "left", 0, "run", value="\x1b[31m"),
        "processes",
    ),
    "a process of no number": (within("processes", "ended", value=[{"pid": -1}]), "processes"),
    "an unknown key": (within("more", value=1), "more"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "words"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_makes_that_host_unknown_and_no_other(body: bytes, words: str) -> None:
    results = asked(body)
    untouched(results)
    unknown(results, words)


def test_what_was_asked_for_and_is_missing_is_no_answer() -> None:
    results = asked(changed(lambda answer: answer.update(baseline=None, ending=None, processes=None)))
    untouched(results)
    assert "baseline that was asked for" in results["capture"][BAD.host]
    assert "what is left" in results["end_run"][BAD.host].reason
    assert "which processes live" in results["processes"][BAD.host].reason


def test_half_a_surrogate_pair_is_a_byte_of_a_name() -> None:
    body = within("baseline", "items", 0, 1, value="/srv/\udcff")
    results = asked(body)
    untouched(results)
    assert results["capture"][BAD.host].items[0].name == "/srv/\\udcff"


def fuzzed(seeds: range) -> None:
    for seed in seeds:
        body = mutated(json.dumps(WHOLE).encode(), random.Random(seed))
        try:
            untouched(asked(body))
        except Exception as error:
            raise AssertionError(f"seed {seed}: {body[:300]!r}") from error


def test_answers_that_were_altered_at_random_cost_their_host_only() -> None:
    fuzzed(range(300))


@pytest.mark.slow
def test_ten_thousand_altered_answers_cost_their_host_only() -> None:
    fuzzed(range(300, 10_300))


def test_a_process_of_a_run_that_was_not_asked_for_is_no_answer() -> None:
    results = asked(within("processes", "left", 0, "run", value="d9.1-deploy"))
    assert "runs that it was not asked for" in results["processes"][BAD.host].reason
    untouched(results)


def test_very_many_cuts_become_whole_kinds_and_a_kind_that_the_plan_names_cannot_be_cut() -> None:
    def cut(*cuts: list[str]) -> Any:
        return asked(changed(lambda answer: answer["baseline"].update(cuts=list(cuts))))["capture"][BAD.host]

    many = cut(*(["system file", f"/home/{number}", "no"] for number in range(51)), ["mount", "", "no"])
    assert [(each.kind, each.below) for each in many.cuts] == [("mount", ""), ("system file", "")]
    assert "52 parts of the system could not be captured" in many.cuts[0].reason
    assert "makes no sense" in cut(["file", "/etc/shop.conf", "no"])
