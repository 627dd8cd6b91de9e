"""The example of the model manual-step: a supplier's work, looked at before anything follows, and undone by the supplier."""

from __future__ import annotations

import pytest

from tests.models.example_site import ExampleSite, MakeSite

LINE = "cat /srv/line/berlin /etc/gateway/gateway.conf 2>/dev/null"
THROUGH = "put through\n# Calls of the gateway leave by this line.\nline = berlin"
PUT = "sudo mkdir -p /srv/line; echo put through | sudo tee /srv/line/berlin"
TAKE = "sudo rm -rf /srv/line"


@pytest.mark.slow
def test_the_example_is_done_by_hand_undone_rehearsed_and_admitted_to_live(example: MakeSite) -> None:
    site = example("manual-step")
    site.confirmed_by = "Pia Wolf"
    site.hurry()
    assert "no rehearsal certificate counts" in site.refused()
    _a_word_without_work_is_found_out(site)

    site.work_by_hand, site.undo_by_hand = PUT, TAKE
    done = site.deployed("test.yml")
    assert site.everywhere("test", LINE) == {THROUGH}
    record = site.record(done)
    assert "protocol.txt" in record
    assert "the supplier has written" in record

    certificate = site.rehearsed()
    assert certificate["restored"] is True
    assert site.everywhere("staging", LINE) == {""}
    site.deployed("staging.yml")
    site.deployed("plan.yml")
    assert site.everywhere("live", LINE) == {THROUGH}


def _a_word_without_work_is_found_out(site: ExampleSite) -> None:
    """The supplier says that it is done, and the line is not there: the check comes after the word."""
    site.undo_by_hand = TAKE
    words = " ".join(site.rejected()["words"])
    assert "the line is put through: expected" in words
    assert site.everywhere("test", LINE) == {""}
