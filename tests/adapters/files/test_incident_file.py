"""Incidents of a file: taken whole or not at all, with every fault named by its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.adapters.files.incident_file import MOST_BYTES, read_incidents
from orchestrator.errors import PlanFault

OPENED = "2026-03-03T08:10:00Z"
HEAD = "id,title,opened,severity,hosts,cis,service,impact,closed\n"


def test_csv_and_json_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        f'\ufeff{HEAD}INC-1,"it hangs, badly",{OPENED},2,web1; web2,till,shop,nobody could pay,\n'
        f"INC-2,it hangs,{OPENED},,,,,,{OPENED}\n"
    )
    first = {"severity": "2", "hosts": ["web1", "web2"], "cis": ["till"], "service": "shop"}
    entries = [
        {"id": "INC-1", "title": "it hangs, badly", "opened": OPENED, "impact": "nobody could pay", **first},
        {"id": "INC-2", "title": "it hangs", "opened": OPENED, "closed": OPENED},
    ]
    (tmp_path / "a.json").write_text(json.dumps(entries))
    of_csv, of_json = read_incidents(tmp_path / "a.csv"), read_incidents(tmp_path / "a.json")
    assert of_csv == of_json
    assert of_csv[0].hosts == ("web1", "web2")


FAULTY: list[tuple[str, str, list[str]]] = [
    (
        "no title, and a time without a zone",
        f"{HEAD}INC-1,,2026-03-03T08:10,,,,,,\n",
        [":2 title:", ":2 opened:"],
    ),
    ("a column that incidents have not", f"id,title,opened,boss\nINC-1,t,{OPENED},Bo\n", [":2 boss:"]),
    (
        "more cells than the heading",
        f"id,title,opened\nINC-1,t,{OPENED},Bo\n",
        [":2 a cell without a heading"],
    ),
    ("one good, one bad", f"{HEAD}INC-1,t,{OPENED},,,,,,\nINC 2 /,t,{OPENED},,,,,,\n", [":3 id:"]),
    ("half a quote", f'{HEAD}INC-1,"t,{OPENED}\n', ["CSV in UTF-8"]),
    ("half of JSON", '[{"id": "INC-1"', ["a bracket is missing"]),
    ("an object", '{"id": "INC-1"}', ["a list of objects"]),
    ("a number as a title", f'[{{"id": "INC-1", "title": 7, "opened": "{OPENED}"}}]', ["[0].title"]),
]


@pytest.mark.parametrize(("content", "faults"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY])
def test_a_file_with_a_fault_is_refused_with_its_place(
    content: str, faults: list[str], tmp_path: Path
) -> None:
    (tmp_path / "incidents").write_text(content)
    with pytest.raises(PlanFault) as refused:
        read_incidents(tmp_path / "incidents")
    assert [fault for fault in faults if fault not in str(refused.value)] == []
    assert len(refused.value.faults) == len(faults)


def test_what_is_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanFault, match="a file that can be read"):
        read_incidents(tmp_path / "none")
    (tmp_path / "latin").write_bytes("id,title\nI,Grüße\n".encode("latin-1"))
    with pytest.raises(PlanFault, match="CSV in UTF-8"):
        read_incidents(tmp_path / "latin")
    (tmp_path / "large").write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(PlanFault, match="at most"):
        read_incidents(tmp_path / "large")
