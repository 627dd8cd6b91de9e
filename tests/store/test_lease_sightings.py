"""For how long a lease was seen unrenewed: a table of what a taker saw, and what of it counts."""

import pytest

from orchestrator.adapters.store.leases.rows import LeaseRow
from orchestrator.adapters.store.leases.sightings import Seen, Sighting, seen_with


def sighting(
    own: float, database: float, *, renewals: int = 3, fence: int = 7, started: float = 0.0, took: float = 0.0
) -> Sighting:
    row = LeaseRow(fence, renewals, 0.0, "pid 1 on one", "", database, started)
    return Sighting(row, asked=own, answered=own + took)


@pytest.mark.parametrize(
    ("why", "sightings", "seconds"),
    [
        ("one look sees no time", [sighting(0, 100)], 0),
        ("looks that follow one another", [sighting(n, 100 + n) for n in range(21)], 20),
        ("it was renewed", [sighting(0, 100), sighting(4, 104), sighting(8, 108, renewals=4)], 0),
        ("another holder took it", [sighting(0, 100), sighting(4, 104), sighting(8, 108, fence=8)], 0),
        ("the server began anew", [sighting(0, 100), sighting(4, 104), sighting(8, 108, started=106)], 0),
        ("and has been up since", [sighting(0, 1), sighting(2, 3, started=2), sighting(6, 7, started=2)], 4),
        ("a look came late", [sighting(0, 100), sighting(6, 106)], 0),
        ("an answer came late", [sighting(0, 100), sighting(2, 112, took=10)], 0),
        ("the database's clock was set back", [sighting(0, 100), sighting(4, 40)], 0),
        ("its clock was set forward", [sighting(0, 100), sighting(4, 4000)], 4),
        ("its clock is slow", [sighting(0, 100), sighting(4, 102)], 2),
        ("slow answers shorten what was seen", [sighting(0, 100, took=1), sighting(4, 105)], 3),
    ],
)
def test_only_time_in_which_the_database_could_renew_it_counts(
    why: str, sightings: list[Sighting], seconds: float
) -> None:
    seen: Seen | None = None
    for each in sightings:
        seen = seen_with(seen, each)
    assert seen is not None
    assert seen.seconds == seconds, why
