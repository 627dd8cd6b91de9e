"""The signed keyring of a house by its table: in force with these signatures, or refused for exactly these reasons."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.adapters.keys.trust_files import HouseTrust
from orchestrator.domain.authority.keyring_document import TrustInForce
from orchestrator.errors import PlanFault
from tests.worlds.trust import DAY_ONE, house_of_words

TABLE = Path(__file__).resolve().parents[2] / "cases" / "trust" / "chains.yml"
ROWS: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(TABLE.read_text("utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["what"])
def test_a_chain_is_in_force_or_refused(tmp_path: Path, row: dict[str, Any]) -> None:
    house_of_words(tmp_path / "house", tmp_path / "home", row)
    trust = HouseTrust(tmp_path / "house", tmp_path / "home")
    answer, fault = asked(trust, row.get("day", 10))
    refused = [each.path for each in fault.faults] if fault is not None else []
    assert row.get("says", "") in str(fault)
    assert "{" not in str(fault)
    assert refused == row.get("refused", [])
    assert (answer.document.version if answer else None) == row.get("in_force")
    if answer is not None:
        assert row.get("signed_by", list(answer.signed_by)) == list(answer.signed_by)
        assert trust.pin() == answer.pin, "the home remembers what it saw"


def asked(trust: HouseTrust, day: float) -> tuple[TrustInForce | None, PlanFault | None]:
    try:
        return trust.in_force(DAY_ONE + timedelta(days=day)), None
    except PlanFault as fault:
        return None, fault


def test_the_table_is_long_and_no_row_comes_twice() -> None:
    assert len(ROWS) >= 60
    assert len({row["what"] for row in ROWS}) == len(ROWS)
