"""What is shown of a host to which ssh gets otherwise than when the plan was approved."""

import pytest

from orchestrator.domain.plan.ssh_way import SshHop, SshWay
from orchestrator.domain.plan.target import Target
from orchestrator.policy.planning.way_changes import way_changes


def web1(*settings: str, hops: tuple[SshHop, ...] = (), port: int = 22) -> Target:
    return Target(host="web1", address="192.0.2.1", port=port, way=SshWay(settings=settings, hops=hops))


GATE = SshHop(name="gate", settings=("hostname 192.0.2.9",))
OTHER = SshHop(name="gate", settings=("hostname 192.0.2.8",))
CHANGES = [
    (web1(), web1(), ""),
    (web1("port 2222"), web1("port 2222"), ""),
    (web1(), web1("port 2222"), "web1: port 22 then, 2222 now"),
    (web1("port 22"), web1(port=2222), "web1: port 22 then, 2222 now"),
    (web1("hostname web1.example"), web1(), "web1: hostname web1.example then, 192.0.2.1 now"),
    (web1(), web1("identityfile ~/.ssh/other"), "web1: identityfile ssh's default then, ~/.ssh/other now"),
    (web1("identityfile a", "identityfile b"), web1("identityfile a"), "web1: identityfile a, b then, a now"),
    (web1(), web1("proxyjump gate", hops=(GATE,)), "web1: through no jump host then, through gate now"),
    (
        web1("proxyjump gate", hops=(GATE,)),
        web1("proxyjump gate", hops=(OTHER,)),
        "web1, jump host gate: hostname 192.0.2.9 then, 192.0.2.8 now",
    ),
    (web1(), web1("proxycommand nc \x1b[2J %h %p"), "web1: proxycommand ssh's default then, nc "),
]


@pytest.mark.parametrize(("before", "after", "words"), CHANGES)
def test_the_option_is_named_with_both_values(before: Target, after: Target, words: str) -> None:
    shown = way_changes([before], [after])
    assert words in shown
    assert bool(words) == bool(shown)
    assert "\x1b" not in shown


def test_of_many_differences_a_few_are_named() -> None:
    before = [Target(host=f"web{n}", address="192.0.2.1") for n in range(9)]
    after = [each.model_copy(update={"port": 2222}) for each in before]
    assert "; and 6 more" in way_changes(before, after)


def test_hosts_that_only_one_of_both_has_are_no_difference_of_ways() -> None:
    assert way_changes([web1()], [Target(host="web2", address="192.0.2.2")]) == ""
