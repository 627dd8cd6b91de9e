"""The example of the model database-schema: a step for the whole fleet, then the application; taken back in reverse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.models.example_site import MakeSite

SCHEMA = "sudo /srv/orders/schema.py show"


@pytest.mark.slow
def test_the_example_is_migrated_taken_back_with_its_data_rehearsed_and_admitted_to_live(
    example: MakeSite,
) -> None:
    site = example("database-schema")
    site.confirmed_by = "Dora Blum"
    site.hurry()
    site.prepared()
    before = site.on("development", SCHEMA)
    assert "schema 1" in before
    assert "no rehearsal certificate counts" in site.refused()
    rejected = site.rejected()
    assert "0 differences" in site.record(rejected)
    # The last stage failed: the application is taken back first, then the schema, with its orders.
    assert _backed_out(site.events(rejected)) == ["application", "schema"]
    assert site.on("development", SCHEMA) == before

    site.deployed("development.yml")
    assert "schema 2" in site.on("development", SCHEMA)
    assert site.on("development", "/opt/orders/orders", "web2") == "orders 2 with schema 2"
    site.deployed("test.yml")
    certificate = site.rehearsed()
    assert certificate["restored"] is True
    assert site.on("staging", SCHEMA) == before
    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert "schema 2" in site.on("live", SCHEMA)


def _backed_out(events: list[dict[str, Any]]) -> list[str]:
    """The stages in the order in which their backouts began."""
    [planned] = [event for event in events if event["kind"] == "planned"]
    begun = [event for event in events if event["kind"] == "attempt_intended"]
    return [planned["waves"][event["wave"]]["stage"] for event in begun if event["purpose"] == "backout"]
