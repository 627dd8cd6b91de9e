"""When a fold is kept: often enough that nobody reads megabytes again, and seldom enough that driving does not feel it."""

import pytest

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.lookup.snapshots import worth_keeping
from tests.journals.corpus import folded

OPEN = folded("held")


def of(hosts: int, *, state: State = OPEN.state) -> Deployment:
    return OPEN.model_copy(update={"targets": OPEN.targets[:1] * hosts, "seq": 200, "state": state})


@pytest.mark.parametrize(
    ("hosts", "new", "reader", "driver"),
    [
        (6, 49, False, False),
        (6, 50, True, False),
        (6, 200, True, False),
        (100, 49, False, False),
        (100, 50, True, False),
        (1000, 4, False, False),
        (1000, 5, True, False),
        (1000, 100, True, True),
        (10_000, 1, True, False),
        (10_000, 10, True, True),
        (10_000, 0, False, False),
    ],
)
def test_the_more_hosts_the_sooner(hosts: int, new: int, reader: bool, driver: bool) -> None:  # noqa: FBT001
    d = of(hosts)
    assert worth_keeping(d, d.seq - new) is reader
    assert worth_keeping(d, d.seq - new, driven=True) is driver


def test_what_is_over_is_kept_once_by_whoever_reads_it() -> None:
    over = of(6, state=State.COMPLETED)
    assert worth_keeping(over, over.seq - 1)
    assert not worth_keeping(over, over.seq)
