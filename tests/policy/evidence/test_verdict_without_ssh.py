"""Hosts without ssh in a run: which of them have to say who they are, and in which words it is told that they did not."""

from datetime import UTC, datetime

from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.module_question import ModuleFacts
from orchestrator.domain.evidence.outcome import AttemptOutcome
from orchestrator.domain.evidence.run_evidence import HostEvidence, Recap, RunEvidence, RunExit, TaskTrouble
from orchestrator.policy.evidence.verdict import judge

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
IDENTITY = ModuleFacts(module="ansible.builtin.uri", keep=("json.serial",))
PLACE = "connection local"


def outcome(
    identity: ModuleFacts | None, *, code: int = 0, ssh: bool = False, **seen: object
) -> AttemptOutcome:
    request = AttemptRequest(
        attempt="d.1-deploy", deployment="d", purpose="deploy", playbook="p", project="/", inventory="i",
        hosts=("box1",), variables={}, addresses={"box1": PLACE}, without_ssh={} if ssh else {"box1": identity},
        machines={"box1": "fact:SN-1"},
    )  # fmt: skip
    given = {"host": "box1", "plays": 1, "real": 1, "sentinel": True, "addresses": (PLACE,), **seen}
    ok = Recap(ok=2, failures=len(given.get("failed", ())))  # type: ignore[arg-type]
    host = HostEvidence.model_validate({"counted": ok, "recap": ok, **given})
    return judge(request, RunEvidence(hosts=(host,)), RunExit(exit_code=code, started_at=NOON, ended_at=NOON))


def test_a_host_that_nothing_identifies_needs_no_fence() -> None:
    assert outcome(None).hosts[0].result == "done"


def test_a_host_that_has_an_identity_must_have_shown_it() -> None:
    assert outcome(IDENTITY).hosts[0].result == "unknown"
    assert outcome(IDENTITY, fence="ok").hosts[0].result == "done"


def test_a_host_with_ssh_must_have_accepted_the_run_as_ever() -> None:
    assert outcome(None, ssh=True).hosts[0].result == "unknown"


def test_another_machine_is_refused_as_by_the_fence() -> None:
    [host] = outcome(IDENTITY, fence="machine", fence_said="fact:SN-9", plays=0, sentinel=False).hosts
    assert host.result != "done"
    assert "its machine-id is fact:SN-9 and was fact:SN-1" in host.reason


def test_a_host_that_did_not_say_who_it_is_is_told_so() -> None:
    failed = (TaskTrouble(task="orch fence", message="refused"),)
    [host] = outcome(IDENTITY, code=2, fence="failed", failed=failed, plays=0, sentinel=False, real=0).hosts
    assert host.result == "untouched"
    assert host.reason == "the host did not say which machine it is, so nothing was run on it: refused"
