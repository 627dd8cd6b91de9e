"""CMDBs outside over HTTP: what is asked and written, and every way in which a server misbehaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orchestrator.adapters.cmdb import HttpCmdbs
from orchestrator.domain.cmdb.outside import HostsOutside, SilentOutside, ToldOutside
from orchestrator.domain.rules.cmdb_file import OutsideCmdb
from tests.worlds.outside_cmdbs import DEVICES, MACHINES, OutsideServer, outside_server, over, state_of

FAULTS = [
    (301, "nonsense"),
    (400, "rejected"),
    (401, "refused"),
    (403, "refused"),
    (404, "rejected"),
    (429, "busy"),
    (500, "trouble"),
    (503, "busy"),
    ("hang", "late"),
    ("drip", "late"),
    ("cut", "nonsense"),
    ("html", "nonsense"),
    ("odd", "nonsense"),
    ("endless", "nonsense"),
]


@pytest.fixture
def server() -> Iterator[OutsideServer]:
    with outside_server() as state:
        yield state


@pytest.mark.parametrize(("fault", "code"), FAULTS)
@pytest.mark.parametrize("kind", ["netbox", "servicenow"])
def test_each_fault_is_a_silence_without_credentials(
    server: OutsideServer, kind: str, fault: int | str, code: str
) -> None:
    server.authorization = "Token sesame" if kind == "netbox" else "Bearer sesame"
    server.fault = fault
    if (kind, fault) == ("servicenow", "endless"):
        code = "nonsense"
    cmdbs = over(server.url, kind, seconds=0.2, deadline=0.4 if fault in ("hang", "drip") else 20)
    for answer in (cmdbs.tell("it", [state_of("web1")]), cmdbs.hosts("it")):
        assert isinstance(answer, SilentOutside), answer
        assert answer.code == code, answer
        assert "sesame" not in answer.detail
        assert answer.detail.isprintable()


def test_a_server_that_is_not_there_is_silent() -> None:
    answer = over("http://127.0.0.1:1", "netbox").tell("it", [state_of("web1")])
    assert isinstance(answer, SilentOutside)
    assert answer.code == "unreachable"


@pytest.mark.parametrize(
    ("field", "wait"), [("120", 120.0), ("99999999", 3600.0), ("soon", 0.0), ("-5", 0.0)]
)
def test_it_says_how_long_it_wants_to_be_left_alone(server: OutsideServer, field: str, wait: float) -> None:
    server.fault, server.retry_after = 429, field
    answer = over(server.url, "netbox").hosts("it")
    assert isinstance(answer, SilentOutside)
    assert answer.wait == wait


def test_wrong_credentials_are_refused(server: OutsideServer) -> None:
    server.authorization = "Token another"
    answer = over(server.url, "netbox").hosts("it")
    assert isinstance(answer, SilentOutside)
    assert answer.code == "refused"


def test_credentials_that_cannot_be_read_are_lacking() -> None:
    def unreadable(secret: object) -> str:
        raise ValueError("/token cannot be read: No such file or directory")

    known = {"it": OutsideCmdb.model_validate({"netbox": {"url": "http://x", "token": {"file": "/token"}}})}
    answer = HttpCmdbs(lambda: known, unreadable).hosts("it")
    assert isinstance(answer, SilentOutside)
    assert answer.code == "lacking"


def test_netbox_is_asked_page_by_page_and_at_no_other_address(server: OutsideServer) -> None:
    for number in range(450):
        server.device(f"web{number}")
    server.device(None)
    server.device("we\u202eb")
    server.device(
        "vm1",
        path=MACHINES,
        status={"value": "decommissioning"},
        cluster={"name": "c1"},
        tenant={"name": "Bo"},
    )
    answer = over(server.url, "netbox").hosts("it")
    assert isinstance(answer, HostsOutside)
    assert (len(answer.rows), answer.unnamed) == (451, 2)
    machine = answer.rows[-1]
    assert (machine.name, machine.status, machine.location, machine.owner) == ("vm1", "retired", "c1", "Bo")
    assert [path.partition("offset=")[2] for path in server.asked if DEVICES in path] == ["0", "200", "400"]


def test_netbox_gets_few_requests_and_only_its_own_fields_are_written(server: OutsideServer) -> None:
    states = [state_of(f"web{number}") for number in range(120)]
    for state in states:
        server.device(state.host.name)
    cmdbs = over(server.url, "netbox")
    assert cmdbs.tell("it", states) == ToldOutside(120, 120)
    assert len(server.asked) == 3 * 3
    fields = server.entries[DEVICES][0]["custom_fields"]
    assert fields == {"asset": "7", "orch_status": "verified", "orch_release": "app 2.0", "orch_proved": ""}
    server.changed.clear()
    assert cmdbs.tell("it", states) == ToldOutside(120, 0)
    assert server.changed == []


def test_a_name_that_several_devices_have_is_not_written(server: OutsideServer) -> None:
    server.device("web1")
    server.device("web1")
    assert over(server.url, "netbox").tell("it", [state_of("web1")]) == ToldOutside(0, 0, ("web1",))
    assert server.changed == []


def test_servicenow_identifies_hosts_and_units_with_their_relation(server: OutsideServer) -> None:
    server.authorization = "Bearer sesame"
    assert over(server.url, "servicenow").tell("it", [state_of("web1"), state_of("web2")]) == ToldOutside(
        2, 2
    )
    ((_, sent),) = server.changed
    assert [(each["className"], each["values"]["name"]) for each in sent["items"]] == [
        ("cmdb_ci_linux_server", "web1"),
        ("cmdb_ci_linux_server", "web2"),
        ("cmdb_ci_appl", "app@web1"),
        ("cmdb_ci_appl", "app@web2"),
    ]
    assert sent["relations"] == [
        {"parent": 2, "child": 0, "type": "Runs on::Runs"},
        {"parent": 3, "child": 1, "type": "Runs on::Runs"},
    ]
    assert server.asked == ["POST /api/now/identifyreconcile?sysparm_data_source=orch"]
