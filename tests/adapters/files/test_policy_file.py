"""Policies and models from files: every fault with its line and the next move, and the shipped models are sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.adapters.files.model_file import load_model, model_of, models_in
from orchestrator.adapters.files.policy_file import load_policy, policy_of
from orchestrator.errors import NotFound, PlanFault

CASES = Path(__file__).resolve().parents[2] / "cases" / "policies"
MODELS = Path(__file__).resolve().parents[3] / "models"
GOOD = (CASES / "good.yml").read_text("utf-8")
ROWS: list[dict[str, Any]] = YAML(typ="safe", pure=True).load((CASES / "faults.yml").read_text("utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["what"])
def test_fault(row: dict[str, Any]) -> None:
    if "whole" in row:
        text = row["whole"]
    else:
        assert GOOD.count(row["was"]) == 1, row["what"]
        text = GOOD.replace(row["was"], row["now"])
    with pytest.raises(PlanFault) as raised:
        policy_of("p.yml", text.encode())
    says = [row["says"]] if isinstance(row["says"], str) else row["says"]
    assert [str(fault) for fault in raised.value.faults] == [f"p.yml:{line}" for line in says]


def test_the_policy_that_the_cases_change_is_sound() -> None:
    loaded = load_policy(CASES / "good.yml")
    assert loaded.noun.policy == "shop-live"
    assert [need.people for need in loaded.noun.approvals.before] == [1, 2]
    assert loaded.noun.retention == 1095 * 86400


def test_a_policy_that_is_not_there() -> None:
    with pytest.raises(NotFound, match="There is no release policy"):
        load_policy(CASES / "none.yml")


def test_the_shipped_models_are_read() -> None:
    models, faults = models_in([MODELS])
    assert faults == ()
    assert [model.noun.model for model in models] == [
        "configuration-only",
        "container-on-host",
        "database-schema",
        "manual-step",
        "os-patch-reboot",
        "package-held-version",
        "removal",
        "rolling-web-service",
    ]
    assert all(Path(model.file).stem == model.noun.model for model in models)


def test_faults_of_a_model_have_their_lines() -> None:
    text = (MODELS / "removal.yml").read_text("utf-8").replace("absence: true", "absense: true")
    line = text.splitlines().index("  absense: true") + 1
    with pytest.raises(PlanFault) as raised:
        model_of("m.yml", text.encode())
    assert [str(fault) for fault in raised.value.faults] == [
        f"m.yml:{line} requires.absense: expected a known key, found `absense`; did you mean `absence`?"
    ]


def test_faults_of_all_models_in_a_folder_are_told_at_once(tmp_path: Path) -> None:
    text = (MODELS / "removal.yml").read_text("utf-8")
    (tmp_path / "a.yml").write_text(text)
    (tmp_path / "b.yml").write_text(text)
    (tmp_path / "c.yml").write_text(text.replace("flow: [test, staging, live]", "flow: [live, live]"))
    faults = [str(fault) for fault in models_in([tmp_path])[1]]
    assert len(faults) == 2
    assert "each environment once" in faults[0]
    assert "one file for each version of a name" in faults[1]
    assert models_in([tmp_path / "none"]) == ((), ())
    with pytest.raises(NotFound):
        load_model(tmp_path / "none.yml")
