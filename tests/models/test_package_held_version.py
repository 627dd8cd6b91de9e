"""The example of the model package-held-version: an exact version, held, and the version before in the backout."""

from __future__ import annotations

import pytest

from tests.models.example_site import ExampleSite, MakeSite

VERSION = "dpkg-query -W -f '${Version} ' greeter; apt-mark showhold"


@pytest.mark.slow
def test_the_example_is_deployed_backed_out_rehearsed_and_admitted_to_live(example: MakeSite) -> None:
    site = example("package-held-version")
    site.hurry()
    site.prepared()
    assert "no rehearsal certificate counts" in site.refused()
    assert "0 differences" in site.record(site.rejected())
    assert site.everywhere("test", VERSION) == {"1.0 greeter"}

    site.deployed("test.yml")
    assert site.everywhere("test", VERSION) == {"1.1 greeter"}
    # What a routine update would do to a package that is held.
    site.everywhere("test", "sudo apt-get -qq upgrade")
    assert site.everywhere("test", VERSION) == {"1.1 greeter"}

    certificate = site.rehearsed()
    assert (certificate["restored"], len(certificate["idempotent"])) == (True, 2)
    assert site.everywhere("staging", VERSION) == {"1.0 greeter"}
    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert site.everywhere("live", VERSION) == {"1.1 greeter"}


@pytest.mark.slow
def test_a_backout_that_forgets_the_hold_is_told_apart(example: MakeSite) -> None:
    site = example("package-held-version")
    site.hurry()
    site.prepared()
    _forget_the_hold(site)
    site.orch("deploy", "bad.yml", expect=6)
    assert "greeter" in site.orch("list")
    assert site.on("test", VERSION) == "1.0"


def _forget_the_hold(site: ExampleSite) -> None:
    file = site.project / "rollback/greeter.yml"
    text = file.read_text()
    assert '"{{ before.state }}"' in text
    file.write_text(text.replace('"{{ before.state }}"', "install"))
