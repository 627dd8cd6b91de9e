"""One example on real hosts in every run of the tests; `make models` has all of them, and the whole way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet.labs import lab_for
from tests.models.example_site import ExampleSite


@pytest.mark.fleet
@pytest.mark.long
def test_a_setting_that_cannot_be_read_is_rejected_and_the_one_before_is_back(tmp_path: Path) -> None:
    with lab_for("mquick", 2) as lab:
        site = ExampleSite("configuration-only", tmp_path, {"test": lab})
        site.hurry()
        site.prepared()
        assert "0 differences" in site.record(site.rejected())
        assert site.everywhere("test", "cat /etc/relay/relay.conf") == {"keep = 30"}
