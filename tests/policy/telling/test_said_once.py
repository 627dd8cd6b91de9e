"""What several hosts have in common is said once, with their names."""

from orchestrator.domain.evidence.outcome import HostOutcome
from orchestrator.policy.telling.words.event_words import outcome_lines


def outcome(host: str, result: str, reason: str) -> HostOutcome:
    return HostOutcome.model_validate(
        {"host": host, "result": result, "reason": reason, "ok": 2, "changed": 1}
    )


def test_a_reason_of_several_hosts_is_said_once_and_what_is_done_host_by_host() -> None:
    outcomes = [
        outcome("web1", "not_done", "it is undefined"),
        outcome("web2", "done", "2 task(s) ok"),
        outcome("web3", "not_done", "it is undefined"),
        outcome("web4", "unknown", "it is undefined"),
        outcome("web5", "done", "2 task(s) ok"),
    ]
    assert outcome_lines(outcomes, "deployed") == [
        "web1 and web3: failed: it is undefined",
        "web2: deployed (2 ok, 1 changed)",
        "web4: unknown: it is undefined",
        "web5: deployed (2 ok, 1 changed)",
    ]
