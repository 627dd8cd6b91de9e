"""The example of the model rolling-web-service: refused, rehearsed, deployed, rejected and backed out, live."""

from __future__ import annotations

import pytest

from tests.models.example_site import MakeSite

VERSION = "cat /opt/page/current/version 2>/dev/null; systemctl is-active page"


@pytest.mark.slow
def test_the_example_is_rehearsed_deployed_backed_out_and_admitted_to_live(example: MakeSite) -> None:
    site = example("rolling-web-service")
    site.hurry()
    assert "no rehearsal certificate counts" in site.refused()
    assert "it has not succeeded in development" in site.orch("deploy", "test.yml", expect=4)
    site.deployed("development.yml")
    site.deployed("test.yml")
    assert site.everywhere("test", VERSION) == {"1.1.0\nactive"}

    # A release without its page, on hosts that have one: each is as it was.
    assert "0 differences" in site.record(site.rejected())
    assert site.everywhere("development", VERSION) == {"1.1.0\nactive"}

    certificate = site.rehearsed()
    assert (certificate["restored"], len(certificate["idempotent"])) == (True, 2)
    assert site.everywhere("staging", VERSION) == {"inactive"}
    assert "it has not succeeded in staging" in site.refused()

    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert site.everywhere("live", VERSION) == {"1.1.0\nactive"}
