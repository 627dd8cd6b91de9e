"""Maps of clauses: the shipped ones say where they come from, and a project's own is read or named fault by fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.files.clause_maps import known_maps, map_named, usual_map
from orchestrator.domain.evidence.clause_evidence import EvidenceCode
from orchestrator.errors import NotFound, PlanFault
from orchestrator.policy.telling.words.evidence_words import EVIDENCE_WORDS
from tests.architecture.tables import literals
from tests.worlds.clause_maps import OWN


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "clauses").mkdir(mode=0o755)
    return tmp_path


def put(project: Path, text: str, name: str = "bank.yml") -> None:
    file = project / "clauses" / name
    file.write_text(text, encoding="utf-8")
    file.chmod(0o644)


def faults(project: Path) -> list[str]:
    return [str(fault) for fault in known_maps(project)[1]]


def test_the_shipped_maps_name_their_source_and_whose_reading_they_are(tmp_path: Path) -> None:
    shipped, wrong = known_maps(tmp_path)
    assert wrong == ()
    assert {each.noun.map for each in shipped} == {
        "iso20000-2011",
        "iso20000-2018",
        "itil4-deployment",
        "dora-2024-1774",
        "nis2-2024-2690",
        "iso27001-2022",
    }
    assert all(each.noun.reading == "ours" and each.noun.source.read_in for each in shipped)
    numbers = {
        each.noun.map: {clause.clause.split(" ")[0] for clause in each.noun.clauses} for each in shipped
    }
    assert {"9.1", "9.2", "9.3"} <= numbers["iso20000-2011"]
    assert {"8.2.6", "8.5.1.1", "8.5.1.2", "8.5.1.3", "8.5.3"} <= numbers["iso20000-2018"]
    assert {f"17(1)({letter})" for letter in "abdefgh"} <= numbers["dora-2024-1774"]
    assert all(number.startswith(("6.4", "6.6")) for number in numbers["nis2-2024-2690"])
    assert numbers["iso27001-2022"] == {"A.8.32"}


def test_every_code_is_asked_for_by_some_map_and_has_words(tmp_path: Path) -> None:
    asked = {
        code for each in known_maps(tmp_path)[0] for clause in each.noun.clauses for code in clause.evidence
    }
    assert asked == set(literals(EvidenceCode)) == set(EVIDENCE_WORDS)


def test_a_project_adds_its_own(project: Path) -> None:
    put(project, OWN)
    put(project, OWN.replace("version: 3", "version: 4"), "bank4.yml")
    assert map_named(project, "bank").noun.version == 4
    assert map_named(project, "bank@3").noun.version == 3
    assert map_named(project, str(project / "clauses" / "bank.yml")).noun.version == 3
    assert usual_map().noun.map == "iso20000-2018"
    with pytest.raises(NotFound, match="There is no map of clauses nope; there are bank@3"):
        map_named(project, "nope")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("approval_by_role", "approval_by_rule", 11, "clauses[0].evidence[0]"),
        ("    evidence: [approval_by_role, duties_separated]\n", "", 8, "evidence, or what people judge"),
        ("duties_separated", "approval_by_role", 11, "each evidence once"),
        ("reading: house", "reading: official", 6, "reading"),
        ("version: 3", "version: 0", 3, "version"),
        ("map: bank", "map: iso20000-2018", 2, "a name that no map shipped with orch has"),
        ("title: Approval", "titel: Approval", 9, "title"),
        ("orch: 1", "orch: 2", 1, "orch"),
    ],
)
def test_each_fault_is_named_with_its_line(project: Path, old: str, new: str, line: int, words: str) -> None:
    put(project, OWN.replace(old, new))
    named = faults(project)
    assert named, "no fault"
    assert any(f"bank.yml:{line} " in fault and words in fault for fault in named), named


def test_all_faults_come_at_once_and_a_map_that_is_asked_for_is_not_read_past_them(project: Path) -> None:
    put(project, OWN.replace("map: bank", "map: ''").replace("version: 3", "version: x"))
    put(project, "[", "broken.yml")
    assert len(faults(project)) >= 3
    with pytest.raises(PlanFault):
        map_named(project, "bank")
