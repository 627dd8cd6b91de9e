"""People, groups, tokens and nodes whose names are as long and as odd as they may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from orchestrator.bootstrap.service_ports import service_ports
from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import Grant
from orchestrator.engine.node_ports import Party
from orchestrator.engine.people_ports import RefusalSeen
from orchestrator.engine.use_cases import people as use
from tests.fakes.nodes import FakeNodeBook

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "wolfeschlegelsteinhausenbergerdorff-adolph-blaine-charles-1914"
NAME = "Adolph Blaine Charles Wolfeschlegelsteinhausenbergerdorff <b>of Philadelphia</b>"
GROUP = "CN=release-managers-of-the-northern-region,OU=payments-and-settlements,DC=corp,DC=example,DC=org"
NODE = "node-of-the-zone-for-payments-and-settlements-of-the-north-1"


def with_long_names(home: Path) -> None:
    """Add them to the people of this home, and refusals to its audit."""
    ports = service_ports(home, home / "no-house.yml")
    grant = Grant(role="deployment manager", service="payments-and-settlements-of-the-northern-region")
    token = p.TokenMade(
        login=PERSON,
        token="0123456789ab",
        label="The pipeline that rehearses each release of payments-and-settlements-of-the-northern-region",
        scopes=("see", "pause"),
        until=datetime.now(UTC) + timedelta(days=20),
        ending="wxyz",
    )
    changes = [p.PersonAdded(login="ann", name="Ann"), p.PersonAdded(login=PERSON, name=NAME)]
    use.change_people(ports, *changes, by="Ann")
    use.change_people(ports, p.RoleGiven(login=PERSON, grant=grant), token, by="Ann")
    use.change_people(ports, p.GroupGiven(group=GROUP, grant=grant), by="Ann")
    path = "/deployments/" + "payments-and-settlements/" * 9
    ports.people.note_refusal(
        RefusalSeen(
            datetime.now(UTC), PERSON, "2001:db8::ffff:ffff:ffff", "POST", path, "steer", "not seen from here"
        )
    )


def nodes() -> FakeNodeBook:
    """One that was heard of, one that never was and takes nothing new, and one that is gone."""
    book = FakeNodeBook()
    for number in range(3):
        name = f"{NODE}{number}"
        book.invite(name, "payments-and-settlements-of-the-northern-region", "Ann", 600)
        book.enrol(name, Party(name=name, verify="0" * 64, box="1" * 64))
    book.hear(f"{NODE}0")
    book.change(f"{NODE}1", draining=True)
    book.change(f"{NODE}2", gone=True)
    return book
