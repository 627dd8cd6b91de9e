"""The example of the model removal: the component is gone, its user and port too, and it can be brought back."""

from __future__ import annotations

import pytest

from tests.models.example_site import MakeSite

FAX = "systemctl is-active fax; ls -l --time-style=+ /opt /var/spool/fax 2>/dev/null; getent passwd faxgw"
GONE = "ls /opt/fax /var/spool/fax /etc/systemd/system/fax.service 2>/dev/null; getent passwd faxgw; ss -Hltn sport = :8089"


@pytest.mark.slow
def test_the_example_is_removed_brought_back_rehearsed_and_admitted_to_live(example: MakeSite) -> None:
    site = example("removal")
    site.hurry()
    site.prepared()
    before = site.everywhere("test", FAX)
    assert "no rehearsal certificate counts" in site.refused()
    assert "0 differences" in site.record(site.rejected())
    assert site.everywhere("test", FAX) == before

    site.deployed("test.yml")
    assert site.everywhere("test", GONE) == {""}
    certificate = site.rehearsed()
    assert (certificate["restored"], len(certificate["idempotent"])) == (True, 2)
    assert site.everywhere("staging", FAX) == before
    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert site.everywhere("live", GONE) == {""}
