"""The example of the model os-patch-reboot: packages of a snapshot, a real reboot, and the packages before in the backout."""

from __future__ import annotations

import pytest

from tests.models.example_site import MakeSite

BOOT = "cat /proc/sys/kernel/random/boot_id"
VERSION = "dpkg-query -W -f '${Version} ' timekeeper; systemctl is-active timekeeper; ls /run/reboot-required"


@pytest.mark.slow
def test_the_example_reboots_is_backed_out_rehearsed_and_admitted_to_live(example: MakeSite) -> None:
    site = example("os-patch-reboot")
    site.hurry()
    site.prepared()
    assert "no rehearsal certificate counts" in site.refused()
    began = site.on("test", BOOT)
    assert "0 differences" in site.record(site.rejected())
    assert site.everywhere("test", VERSION) == {"1.0 active"}
    failed = site.on("test", BOOT)
    assert failed != began

    site.deployed("test.yml")
    assert site.everywhere("test", VERSION) == {"1.1 active"}
    assert site.on("test", BOOT) not in {began, failed}

    certificate = site.rehearsed()
    assert (certificate["restored"], len(certificate["idempotent"])) == (True, 2)
    assert site.everywhere("staging", VERSION) == {"1.0 active"}
    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert site.everywhere("live", VERSION) == {"1.1 active"}
