"""What is shown of a host to which ssh gets otherwise than when the plan was approved."""

import pytest

from orchestrator.domain.plan.ssh_way import SettingPlace, SshHop, SshWay
from orchestrator.domain.plan.target import Target
from orchestrator.policy.planning.way_changes import Ways, way_changes


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
    shown = way_changes(Ways((before,)), Ways((after,)))
    assert words in shown
    assert bool(words) == bool(shown)
    assert "\x1b" not in shown


def test_of_many_differences_a_few_are_named() -> None:
    before = tuple(Target(host=f"web{n}", address="192.0.2.1") for n in range(9))
    after = tuple(each.model_copy(update={"port": 2222}) for each in before)
    assert "; and 6 more" in way_changes(Ways(before), Ways(after))


def test_hosts_that_only_one_of_both_has_are_no_difference_of_ways() -> None:
    assert way_changes(Ways((web1(),)), Ways((Target(host="web2", address="192.0.2.2"),))) == ""


def at(setting: str, line: int, *names: str) -> SettingPlace:
    return SettingPlace(setting=setting, place=f"/home/ann/.ssh/config line {line}", names=names)


PLACES = [
    ((), (at("port 2222", 3, "web1"),), "port 22 then, 2222 (/home/ann/.ssh/config line 3) now"),
    ((), (at("port 2222", 3, "web2"),), "port 22 then, 2222 now"),
    ((), (), "port 22 then, 2222 now (`ssh -v -G`"),
    (
        (at("port 2222", 3, "web1"),),
        (at("port 2200", 9, "web1"),),
        "port 22 then, 2222 now",
    ),
]


@pytest.mark.parametrize(("then", "now", "words"), PLACES)
def test_where_the_value_stands_is_named_with_it(
    then: tuple[SettingPlace, ...], now: tuple[SettingPlace, ...], words: str
) -> None:
    assert words in way_changes(Ways((web1(),), then), Ways((web1("port 2222"),), now))


def test_a_value_that_is_gone_is_named_with_where_it_stood() -> None:
    gone = way_changes(Ways((web1("port 2222"),), (at("port 2222", 3, "web1"),)), Ways((web1(),)))
    assert gone == "how ssh gets there: web1: port 2222 (/home/ann/.ssh/config line 3) then, 22 now"


def test_jump_hosts_are_named_with_where_they_stand() -> None:
    places = (at("proxyjump gate", 5, "web1"), at("hostname 192.0.2.8", 7, "gate"))
    jumping, other = web1("proxyjump gate", hops=(GATE,)), web1("proxyjump gate", hops=(OTHER,))
    assert "then, through gate (/home/ann/.ssh/config line 5) now" in way_changes(
        Ways((web1(),)), Ways((jumping,), places)
    )
    assert "192.0.2.9 then, 192.0.2.8 (/home/ann/.ssh/config line 7) now" in way_changes(
        Ways((jumping,)), Ways((other,), places)
    )
