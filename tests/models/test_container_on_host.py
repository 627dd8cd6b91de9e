"""The example of the model container-on-host: an image by its digest, run by systemd through podman."""

from __future__ import annotations

import subprocess
import sys
from shutil import which

import pytest

from tests.models.example_site import MakeSite

ASK = "import urllib.request as ask; print(ask.urlopen('http://127.0.0.1:8083/version').read().decode())"
STATE = f'systemctl is-active parcel; python3 -c "{ASK}" 2>/dev/null'
IMAGES = "sudo podman images --quiet | wc -l"


@pytest.mark.slow
@pytest.mark.skipif(which("podman") is None, reason="podman is not installed here; `make models` installs it")
def test_the_example_is_deployed_backed_out_rehearsed_and_admitted_to_live(example: MakeSite) -> None:
    site = example("container-on-host")
    subprocess.run([sys.executable, "build.py"], cwd=site.project, check=True)
    site.hurry()
    site.prepared()
    assert "no rehearsal certificate counts" in site.refused()
    site.deployed("test.yml")
    assert site.everywhere("test", STATE) == {"active\n1.1.0"}

    assert "0 differences" in site.record(site.rejected())
    assert site.everywhere("test", STATE) == {"active\n1.1.0"}
    assert site.everywhere("test", IMAGES) == {"1"}

    certificate = site.rehearsed()
    assert (certificate["restored"], len(certificate["idempotent"])) == (True, 2)
    assert site.everywhere("staging", STATE) == {"inactive"}
    assert site.everywhere("staging", IMAGES) == {"0"}
    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert site.everywhere("live", STATE) == {"active\n1.1.0"}
