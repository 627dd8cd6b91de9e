"""The example of the model configuration-only."""

from __future__ import annotations

import pytest

from tests.models.example_site import MakeSite

SETTING = "grep keep /etc/relay/relay.conf; ls /etc/relay; systemctl is-active relay"
BEFORE = "keep = 30\nrelay.conf\nactive"


ADDED = "    - {name: An account, ansible.builtin.user: {name: relay, system: true, create_home: false}}\n"
REMOVED = "    - {name: No account, ansible.builtin.user: {name: relay, state: absent}}\n"


@pytest.mark.slow
def test_the_example_is_deployed_backed_out_rehearsed_and_admitted_to_live(example: MakeSite) -> None:
    site = example("configuration-only")
    site.hurry()
    site.prepared()
    assert "no rehearsal certificate counts" in site.refused()
    assert "0 differences" in site.record(site.rejected())
    assert site.everywhere("test", SETTING) == {BEFORE}

    site.deployed("test.yml")
    assert all("keep = 60" in setting for setting in site.everywhere("test", SETTING))
    certificate = site.rehearsed()
    assert (certificate["restored"], len(certificate["idempotent"])) == (True, 2)
    assert site.everywhere("staging", SETTING) == {BEFORE}

    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert all("keep = 60" in setting for setting in site.everywhere("live", SETTING))


@pytest.mark.slow
def test_a_playbook_that_also_adds_an_account_is_rejected(example: MakeSite) -> None:
    site = example("configuration-only")
    site.hurry()
    site.prepared()
    site.also("playbooks/relay.yml", ADDED)
    site.also("rollback/relay.yml", REMOVED)
    words = " ".join(site.rejected("test.yml")["words"])
    assert "which model configuration-only does not allow" in words
