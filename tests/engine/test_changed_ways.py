"""A host that is not reached, and to which ssh gets otherwise now than at the plan check: the refusal names both ways."""

from collections.abc import Callable

import pytest

from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.ssh_way import SettingPlace, SshWay
from tests.worlds.fleet import Fleet

REFUSED = "login as root was refused for the key k"


def _key_added(fleet: Fleet) -> None:
    way = SshWay(settings=("identityfile new",))
    fleet.hosts = tuple(
        host.model_copy(update={"way": way}) if host.host == "h2" else host for host in fleet.hosts
    )
    fleet.planning.way_places = (
        SettingPlace(setting="identityfile new", place="/home/ann/.ssh/config line 9", names=("h2",)),
    )


def _other_host_changed(fleet: Fleet) -> None:
    fleet.hosts = tuple(
        host.model_copy(update={"port": 2222}) if host.host == "h1" else host for host in fleet.hosts
    )


def _inventory_gone(fleet: Fleet) -> None:
    fleet.planning.inventory_faults = ("inventories/live cannot be read",)


CHANGES: list[tuple[Callable[[Fleet], None], str]] = [
    (_key_added, "h2: identityfile ssh's default then, new (/home/ann/.ssh/config line 9) now"),
    (_other_host_changed, ""),
    (_inventory_gone, ""),
    (lambda fleet: None, ""),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_the_refusal_says_what_changed_for_the_host(change: Callable[[Fleet], None], words: str) -> None:
    fleet = Fleet()
    fleet.targets.machine("h2").unreachable = REFUSED
    # The first question to hosts comes when the plan is checked and approved.
    fleet.targets.on_question = lambda what: change(fleet) if what == "verify" else None
    d = fleet.deploy()
    assert d.state is State.REFUSED
    assert any(REFUSED in reason for reason in d.preparation.refusals)
    hints = [reason for reason in d.preparation.refusals if "since the plan was checked" in reason]
    assert [words in hint for hint in hints] == ([True] if words else [])
