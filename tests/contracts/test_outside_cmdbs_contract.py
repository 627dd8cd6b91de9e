"""The contract of CMDBs outside: the fake, and NetBox and ServiceNow over HTTP against servers of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from orchestrator.domain.cmdb.outside import HostsOutside, OutsidePlace, SilentOutside, ToldOutside
from orchestrator.engine.cmdb_ports import OutsideCmdbs
from tests.fakes.outside_cmdbs import FakeOutsideCmdbs
from tests.worlds.outside_cmdbs import outside_server, over, state_of


class Outside(NamedTuple):
    cmdbs: OutsideCmdbs
    breaks: Callable[[], None]
    creates: bool


@pytest.fixture(params=["fake", "netbox", "servicenow"])
def outside(request: pytest.FixtureRequest) -> Iterator[Outside]:
    if request.param == "fake":
        fake = FakeOutsideCmdbs()
        fake.places = [OutsidePlace("it", "netbox", "http://it")]
        fake.has["it"] = dict.fromkeys(("web1", "web2"), "")
        yield Outside(
            fake, lambda: fake.silences.update(it=SilentOutside("trouble", "status 500")), creates=False
        )
        return
    with outside_server() as server:
        if request.param == "netbox":
            server.device("web1")
            server.device("web2", path="/api/virtualization/virtual-machines/")
        else:
            server.authorization = "Bearer sesame"
        yield Outside(
            over(server.url, request.param),
            lambda: setattr(server, "fault", 500),
            creates=request.param == "servicenow",
        )


def test_it_is_known_by_name(outside: Outside) -> None:
    assert [place.name for place in outside.cmdbs.known()] == ["it"]
    for answer in (outside.cmdbs.tell("other", []), outside.cmdbs.hosts("other")):
        assert isinstance(answer, SilentOutside)
        assert answer.code == "lacking"


def test_telling_the_same_again_changes_nothing(outside: Outside) -> None:
    states = [state_of("web1"), state_of("web2")]
    assert outside.cmdbs.tell("it", states) == ToldOutside(2, 2)
    assert outside.cmdbs.tell("it", states) == ToldOutside(2, 0)
    assert outside.cmdbs.tell("it", [state_of("web1", "not known")]) == ToldOutside(1, 1)


def test_a_host_that_it_lacks_is_named_or_made(outside: Outside) -> None:
    answer = outside.cmdbs.tell("it", [state_of("web1"), state_of("web9")])
    assert isinstance(answer, ToldOutside)
    assert answer.missing == (() if outside.creates else ("web9",))


def test_its_hosts_are_rows(outside: Outside) -> None:
    outside.cmdbs.tell("it", [state_of("web1"), state_of("web2")])
    answer = outside.cmdbs.hosts("it")
    assert isinstance(answer, HostsOutside)
    assert {"web1", "web2"} <= {row.name for row in answer.rows}


def test_trouble_is_silence(outside: Outside) -> None:
    outside.breaks()
    for answer in (outside.cmdbs.tell("it", [state_of("web1")]), outside.cmdbs.hosts("it")):
        assert answer == SilentOutside("trouble", "status 500")


def test_nothing_to_tell_is_told(outside: Outside) -> None:
    assert outside.cmdbs.tell("it", []) == ToldOutside(0, 0)
