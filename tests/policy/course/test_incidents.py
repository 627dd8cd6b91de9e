"""Which incidents are proposed as having come of a deployment: a table that a practitioner can review."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.post_review import LinkedIncident, PostReview
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.course.incidents import proposed
from tests.fakes.clock import START
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree

TABLE = Path(__file__).resolve().parents[2] / "cases" / "incidents" / "proposed.yml"
ROWS: list[dict[str, Any]] = list(YAML(typ="safe", pure=True).load(TABLE.read_text("utf-8")))
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def shop() -> Deployment:
    tree = plan_tree()
    tree["release"] = {**tree["release"], "service": "shop", "cis": ["till"]}
    d = Fleet(tree, hosts=("web1", "web2")).deploy()
    authority = d.authority.model_copy(update={"opened_at": START})
    return d.with_(authority=authority, ended_at=START + HOUR)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["what"])
def test_an_incident_is_proposed_by_its_time_and_by_what_it_concerns(
    row: dict[str, Any], shop: Deployment
) -> None:
    opened = START + row["opened"] * HOUR
    incident = Incident.model_validate(
        {"id": "INC-7", "title": "it hangs", "opened": opened, **row["incident"]}
    )
    d = shop
    if "days" in row:
        rule = {
            "orch": 1,
            "policy": "p",
            "version": 1,
            "title": "t",
            "review": {"incident_days": row["days"]},
        }
        binding = ReleasePolicy.model_validate(rule)
        d = d.with_(authority=d.authority.model_copy(update={"policy": binding}))
    if "linked" in row:
        link = LinkedIncident(incident=incident, related=row["linked"], reason="r", by="ann", at=START)
        d = d.with_(post_review=PostReview(incidents={"INC-7": link}))
    assert (proposed(d, [incident]) == (incident,)) is row["proposed"]


def test_nothing_is_proposed_for_a_deployment_that_touched_no_host(shop: Deployment) -> None:
    incident = Incident(id="INC-7", title="it hangs", opened=START, service="shop")
    assert proposed(shop, [incident]) == (incident,)
    assert proposed(shop.with_(attempts=()), [incident]) == ()
