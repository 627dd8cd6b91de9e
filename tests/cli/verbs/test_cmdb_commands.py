"""`orch cmdb`: what a person sees and does, over a fleet in memory and over a real store."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from orchestrator.adapters.files import manual
from orchestrator.adapters.store.journal import SqlJournal
from orchestrator.adapters.store.tables import CMDB_FACTS, CMDB_TRIES, CMDB_UPDATES, SCHEMA, STEPS
from orchestrator.adapters.store.team_tables import TEAM_TABLES
from orchestrator.domain.cmdb.outside import OutsidePlace, SilentOutside
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.cmdb_items import service_needs
from orchestrator.errors import ExitCode
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


def shop_tree() -> dict[str, object]:
    tree = plan_tree()
    more = {"service": "shop", "cis": ["till system"], "depends_on": ["pay 7 or newer"]}
    tree["release"] |= {**more, "rfcs": ["RFC-7"], "problems": ["PRB-3"], "known_errors": ["KE-9"]}
    return tree


class Desk:
    """A fleet, and what commands over it print."""

    def __init__(self, fleet: Fleet, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.fleet, self._capsys, self.folder = fleet, capsys, folder

    def says(self, *words: str, code: int = 0) -> str:
        self._capsys.readouterr()
        assert orch(self.fleet, ["cmdb", *words]) == code, self._capsys.readouterr()
        shown = self._capsys.readouterr()
        return shown.out + shown.err

    def file(self, text: str, name: str = "cis.csv") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return str(path)

    def items(self, *words: str) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.says("list", "--json", *words).splitlines()]

    def status(self) -> dict[object, object]:
        return {item["id"]: item["status"] for item in self.items()}


@pytest.fixture(params=["in memory", "in a store"])
def desk(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Desk:
    home = tmp_path / "home" if request.param == "in a store" else None
    return Desk(Fleet(shop_tree(), home=home), capsys, tmp_path)


def test_an_empty_cmdb_says_what_fills_it(desk: Desk) -> None:
    assert "orch deploy PLAN" in desk.says("list")
    assert desk.says("list", "--json") == ""
    assert "orch cmdb list" in desk.says("show", "web1", code=ExitCode.NOT_FOUND)


def test_what_a_deployment_proved_is_listed_and_shown(desk: Desk) -> None:
    d = desk.fleet.deploy()
    listed = desk.says("list")
    assert "service:test:shop" in listed
    assert "item:test:till+system" in listed
    assert len(desk.items("--kind", "host")) == len(desk.fleet.hosts)
    assert len(desk.items("--service", "shop")) == 2 + 2 * len(desk.fleet.hosts)
    assert desk.items("--environment", "live") == []
    shown = desk.says("show", "shop")
    for part in (
        "version: 2.0",
        f"proved by {d.id}",
        "depends on pay 7 or newer",
        "RFC-7",
        "problem PRB-3: resolves",
        "KE-9",
    ):
        assert part in shown
    host = desk.fleet.hosts[0].host
    assert "has on it app 2.0, verified (unit:" in desk.says("show", host)
    assert json.loads(desk.says("show", host, "--json"))["related"][0]["type"] == "runs_on"


def test_a_service_is_meant_by_its_name_where_its_units_have_it_too(desk: Desk) -> None:
    desk.fleet.tree["release"]["units"][0]["name"] = "shop"
    desk.fleet.deploy()
    assert "service shop in test" in desk.says("show", "shop")
    assert "recorded" in desk.says("relate", "shop", "depends_on", "service:pay")


def test_a_host_shows_its_newest_audit_and_what_is_open_of_it(desk: Desk) -> None:
    conf = ("file", "/etc/app/conf")
    machine = desk.fleet.targets.machine("h2")
    machine.items[conf] = {"sha256": "a" * 64, "exists": True}
    desk.fleet.deploy()
    assert "audit: none has named it yet (orch cmdb audit --hosts h2)" in desk.says("show", "h2")
    assert json.loads(desk.says("show", "h2", "--json"))["audit"] is None
    desk.says("audit", "--hosts", "h2")
    assert "audit: as recorded, " in desk.says("show", "h2")
    machine.items[conf] = {"sha256": "b" * 64, "exists": True}
    desk.says("audit", "--hosts", "h2", code=ExitCode.DRIFT_FOUND)
    shown = desk.says("show", "h2")
    assert "audit: differs, " in shown
    assert "; 1 open finding (orch cmdb audit --show " in shown
    audited = json.loads(desk.says("show", "h2", "--json"))["audit"]
    assert (audited["result"], audited["open"][0]["finding"]["name"]) == ("differs", "/etc/app/conf")
    desk.says("accept", "h2", "file /etc/app/conf", "--reason", "meant")
    assert "open finding" not in desk.says("show", "h2")
    assert desk.says("audit", "--show", str(audited["audit"]))
    machine.unreachable = "no route"
    desk.says("audit", "--hosts", "h2", code=ExitCode.REFUSED)
    shown = desk.says("show", "h2")
    assert "audit: not reached, " in shown
    assert "; last compared " in shown
    assert " UTC: differs (" in shown


def test_a_host_says_which_deployment_has_it_in_hand(desk: Desk) -> None:
    desk.fleet.deploy()
    assert "in hand" not in desk.says("show", "h1")
    assert json.loads(desk.says("show", "h1", "--json"))["in_hand"] is None
    holder = desk.fleet.schedule(desk.fleet.clock.now() + timedelta(days=1))
    desk.fleet.ports.locks.take(holder.id, {"machine-of-h1": "h1"}, "bo")
    assert f"in hand: {holder.id} may be changing it" in desk.says("show", "h1")
    assert json.loads(desk.says("show", "h1", "--json"))["in_hand"] == holder.id
    assert "in hand" not in desk.says("show", "h2")
    assert "audit:" not in desk.says("show", "shop")


def test_a_unit_is_listed_with_its_host(desk: Desk) -> None:
    desk.fleet.deploy()
    rows = [line.split("\t") for line in desk.says("list", "--kind", "unit").splitlines()[1:]]
    assert {row[3] for row in rows} == {target.host for target in desk.fleet.hosts}


def test_after_a_backout_it_is_what_it_was(desk: Desk) -> None:
    desk.fleet.deploy()
    names = [t.host for t in desk.fleet.hosts]
    desk.fleet.tree["release"]["version"] = "3.0"
    desk.fleet.tree["release"]["units"][0]["version"] = "3.0"
    desk.fleet.playbooks.script("deploy", None, Script(results=dict.fromkeys(names, "not_done")))
    assert desk.fleet.deploy().state is State.BACKED_OUT
    touched = [item for item in desk.items("--kind", "unit") if item["status"] == "restored"]
    assert touched
    assert {item["attributes"]["version"]["value"] for item in touched} == {"2.0"}  # type: ignore[index]


def test_incidents_that_are_open_are_shown(desk: Desk) -> None:
    desk.fleet.deploy()
    assert orch(desk.fleet, ["incident", "add", "INC-7", "--title", "it hangs", "--service", "shop"]) == 0
    assert (
        orch(
            desk.fleet,
            ["incident", "add", "INC-8", "--title", "over", "--service", "shop", "--closed", "in 1m"],
        )
        == 0
    )
    shown = desk.says("show", "service:test:shop")
    assert "INC-7" in shown
    assert "INC-8" not in shown


HOSTILE = '=HYPERLINK("http://192.0.2.1")'
CSV = (
    "kind,name,environment,status,version,description,location,owner,relations\r\n"
    "service,pay,test,in use,7.1,takes money,,Bo Li,\r\n"
    'host,oldbox,,planned,,"first\nsecond",rack 4,,\r\n'
    f'item,\'@till,,,,"{HOSTILE.replace(chr(34), chr(34) * 2)}",-1,,depends_on service:pay; part_of service:shop\r\n'
    "service,shop,,,1.9,sells,,Ada,\r\n"
)


def test_an_import_is_recorded_once_and_a_conflict_is_shown(desk: Desk) -> None:
    desk.fleet.deploy()
    file = desk.file(CSV)
    assert "Would record 4 items" in desk.says("import", file, "--dry-run")
    assert desk.items("--kind", "item") == [i for i in desk.items("--kind", "item") if i["proved_at"]]
    assert "Recorded 4 items of 4 rows" in desk.says("import", file, "--by", "Ann Lee")
    assert "Nothing new in 4 rows" in desk.says("import", file, "--by", "Ann Lee")
    shown = desk.says("show", "shop")
    assert "version: 2.0" in shown
    assert "conflict: version is 2.0" in shown
    assert "recorded is 1.9" in shown
    assert "by Ann Lee" in shown
    assert "owner: Ada" in shown


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_is_exported_and_imported_again_changes_nothing(desk: Desk, form: str) -> None:
    desk.fleet.deploy()
    desk.says("import", desk.file(CSV))
    out = desk.folder / f"all.{form}"
    desk.says("export", f"--{form}", "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    assert "Nothing new" in desk.says("import", str(out))
    other = Desk(Fleet(shop_tree()), desk._capsys, desk.folder)
    other.says("import", str(out))
    again = {item["name"]: item["attributes"].get("description", {}).get("value") for item in other.items()}  # type: ignore[attr-defined]
    assert again["@till"] == HOSTILE
    if form == "csv":
        cells = [cell for row in csv.reader(io.StringIO(out.read_text(encoding="utf-8"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "|", "%"))]


FAULTS = [
    ("kind,name\nhots,web1\n", ":2 kind: expected"),
    ("kind,name,colour\nhost,web1,red\n", ":2 colour: expected"),
    ("kind,name\nhost,web1\nhost,WEB1\n", ":3 name: expected one row for each item"),
    ("kind,name,status\nhost,web1,burning\n", ":2 status: expected planned, in use, retired"),
    ("kind,name,relations\nhost,web1,likes service:shop\n", ":2 relations: expected runs_on"),
    ("kind,name,relations\nhost,web1,depends_on pay\n", ":2 relations: expected"),
    ("name\nweb1\n", "an id, or kind and name"),
    ("id\nhost:nobody\n", ":2 id: expected an id that the CMDB has"),
    ("kind,name\nhost,web1,x\n", "a cell without a heading"),
    ("kind,kind\nhost,web1\n", "each column once"),
    ("", "expected a heading"),
    ("{}", "a list of objects"),
    ('[{"kind": "host", "name": 7}]', "[0].name: expected"),
    ("kind,name\nhost,we\u202eb1\n", "U+202E"),
    ("kind,name\nhost," + "x" * 301 + "\n", ":2 name: expected"),
]


@pytest.mark.parametrize(("text", "fault"), FAULTS)
def test_bad_files_are_refused_whole(desk: Desk, text: str, fault: str) -> None:
    answer = desk.says("import", desk.file(text), code=ExitCode.PLAN_FAULT)
    assert fault in answer
    assert desk.items() == []


def test_all_faults_come_at_once(desk: Desk) -> None:
    answer = desk.says(
        "import", desk.file("kind,name,status\nhost,a,x\nhots,b,\nhost,c,y\n"), code=ExitCode.PLAN_FAULT
    )
    assert ":3 kind" in answer
    answer = desk.says(
        "import", desk.file("kind,name,status\nhost,a,x\nhost,c,y\n"), code=ExitCode.PLAN_FAULT
    )
    assert ":2 status" in answer
    assert ":3 status" in answer


def test_relations_are_stated_and_ended(desk: Desk) -> None:
    desk.fleet.deploy()
    assert "recorded" in desk.says("relate", "shop", "depends_on", "service:ledger", "--by", "Ann Lee")
    assert "known already" in desk.says("relate", "SHOP", "depends_on", "service:ledger")
    shown = desk.says("show", "shop")
    assert "depends on ledger (not in the CMDB)   [by Ann Lee" in shown
    desk.says("import", desk.file("kind,name,environment\nservice,ledger,test\n"))
    assert "needed by shop" in desk.says("show", "ledger")
    assert "ended" in desk.says("relate", "shop", "depends_on", "ledger", "--remove")
    assert "ledger" not in desk.says("show", "shop")
    desk.says("relate", "shop", "depends_on", "ledger", "--remove", code=ExitCode.NOT_FOUND)
    desk.says("relate", "shop", "depends_on", "nobody", code=ExitCode.NOT_FOUND)
    desk.says("relate", "shop", "depends_on", "shop", code=ExitCode.USAGE)


def test_a_store_of_an_earlier_version_is_filled_and_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    desk = Desk(Fleet(shop_tree(), home=tmp_path / "home"), capsys, tmp_path)
    desk.fleet.deploy()
    before = desk.items()
    journal = desk.fleet.ports.journal
    assert isinstance(journal, SqlJournal)
    with journal.database.writing() as connection:
        for table in (CMDB_FACTS, CMDB_UPDATES, CMDB_TRIES):
            table.drop(connection)
        for table in TEAM_TABLES:
            table.drop(connection)
        # Before the CMDB, and what came after it.
        connection.execute(delete(SCHEMA).where(SCHEMA.c.version >= len(STEPS) - 1))
    journal.close()
    upgraded = Desk(Fleet(shop_tree(), home=tmp_path / "home"), capsys, tmp_path)
    assert "The CMDB lacked 1 end of deployments" in upgraded.says("list")
    assert "lacked" not in upgraded.says("list")
    assert upgraded.items() == before
    with journal.database.writing() as connection:
        connection.execute(delete(CMDB_FACTS))
    assert "was missing, or not as the journal says" in desk.says("rebuild")
    assert "was missing" not in desk.says("rebuild")
    assert desk.items() == before


def test_what_another_process_tells_at_the_moment_is_not_called_nothing(desk: Desk) -> None:
    desk.fleet.outside.places = [OutsidePlace("netbox", "netbox", "https://netbox.example.net")]
    desk.fleet.deploy()
    with desk.fleet.ports.journal.drive_alone("orch.cmdb.netbox"):
        shown = desk.says("deliver", code=ExitCode.HELD)
    assert "netbox, of 1 end: another process tells it at the moment (orch cmdb due)" in shown
    assert "1 end" in desk.says("due")


def test_cmdbs_outside_are_told_and_shown(desk: Desk) -> None:
    assert "orch cmdb schema" in desk.says("due")
    assert "Nothing is owed" in desk.says("deliver")
    outside = desk.fleet.outside
    outside.places = [OutsidePlace("netbox", "netbox", "https://netbox.example.net")]
    outside.has["netbox"] = {"h1": ""}
    outside.silences["netbox"] = SilentOutside("refused", "status 401")
    desk.fleet.deploy()
    assert "not told (refused)" in desk.says("deliver", code=ExitCode.HELD)
    assert "refused: status 401" in desk.says("due")
    (owed,) = map(json.loads, desk.says("due", "--json").splitlines())
    assert (owed["code"], len(owed["owed"]), owed["tries"]) == ("refused", 1, 1)
    outside.silences.clear()
    answer = desk.says("deliver")
    assert "told of 1 host, 1 of which it had otherwise" in answer
    assert "it does not have, or has several times: h2, h3" in answer
    assert json.loads(desk.says("due", "--json"))["owed"] == []


def test_hosts_of_a_cmdb_outside_are_imported(desk: Desk) -> None:
    outside = desk.fleet.outside
    outside.places = [OutsidePlace("netbox", "netbox", "https://netbox.example.net")]
    outside.has["netbox"] = {"h1": "", "db7": ""}
    desk.fleet.deploy()
    assert "Recorded 1 item of 2 rows" in desk.says("import", "--from", "netbox", "--by", "Ann Lee")
    assert "Nothing new" in desk.says("import", "--from", "netbox")
    assert desk.status()["host::db7"] == "recorded"
    outside.silences["netbox"] = SilentOutside("late", "no answer in time")
    assert "did not say which hosts it has (late)" in desk.says(
        "import", "--from", "netbox", code=ExitCode.REFUSED
    )
    desk.says("import", code=ExitCode.USAGE)


def test_the_file_of_cmdbs_is_checked_and_has_a_schema(desk: Desk) -> None:
    shown = desk.says("check", str(manual.cmdb()))
    assert "netbox: NetBox at https://netbox.example.net, for live" in shown
    assert "now: ServiceNow" in shown
    assert json.loads(desk.says("schema"))["properties"]["outside"]
    bad = desk.file("orch: 1\noutside:\n  it:\n    netbox: {url: 'ftp://x', token: sesame}\n", "cmdb.yml")
    answer = desk.says("check", bad, code=ExitCode.PLAN_FAULT)
    assert "cmdb.yml:4" in answer
    assert "https://" in answer


def test_what_was_recorded_of_a_name_twice_is_of_the_machine_that_proves_to_have_it(desk: Desk) -> None:
    desk.says("import", desk.file("kind,name,environment,owner\nhost,h1,test,Bo\n"))
    desk.says("import", desk.file("id,owner,location\nhost:test:h1,Li,rack 4\n"))
    desk.says("relate", "h1", "connected_to", "item:switch 7")
    desk.fleet.deploy()
    (host,) = [item for item in desk.items("--kind", "host") if item["name"] == "h1"]
    shown = desk.says("show", str(host["id"]))
    for words in ("status: verified", "owner: Li", "location: rack 4", "connected to switch 7"):
        assert words in shown


def test_a_damaged_row_stops_no_deployment_and_is_made_anew(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    desk = Desk(Fleet(shop_tree(), home=tmp_path / "home"), capsys, tmp_path)
    desk.fleet.deploy()
    before = desk.items()
    journal = desk.fleet.ports.journal
    assert isinstance(journal, SqlJournal)
    for body in ("{", '{"ci": 7}', ""):
        with journal.database.writing() as connection:
            connection.execute(CMDB_FACTS.update().values(body=body))
        assert "orch cmdb rebuild" in desk.says("list", code=ExitCode.STORE_FAULT)
        assert service_needs(desk.fleet.ports) == {}
        desk.says("rebuild")
        assert desk.items() == before
