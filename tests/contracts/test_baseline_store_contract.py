"""What every baseline store keeps: the same content has the same digest, and what comes out is what went in."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.adapters.store import DirectoryBaselineStore, SqlJournal
from orchestrator.adapters.store.contents import SharedContents
from orchestrator.domain.evidence.baseline import (
    AttributeValue,
    Baseline,
    BaselineReference,
    ConfigurationItem,
)
from orchestrator.engine.ports import BaselineStore
from orchestrator.errors import NotFound
from tests.fakes.baseline_store import FakeBaselineStore
from tests.fakes.clock import START, FakeClock


class TwoMachines(BaselineStore):
    """What one machine puts, the other gets, each time by an empty folder of its own."""

    def __init__(self, place: Path, contents: SharedContents) -> None:
        self._place, self._contents, self._gets = place, contents, 0
        self._one = DirectoryBaselineStore(place / "one", shared=contents)

    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        return self._one.put_all(baselines)

    def get(self, digest: str) -> Baseline:
        self._gets += 1
        return DirectoryBaselineStore(self._place / str(self._gets), shared=self._contents).get(digest)


@pytest.fixture(params=["directory", "two machines", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BaselineStore]:
    if request.param == "fake":
        yield FakeBaselineStore()
    elif request.param == "directory":
        yield DirectoryBaselineStore(tmp_path / "baselines")
    else:
        journal = SqlJournal(tmp_path / "store", FakeClock(), url=request.getfixturevalue("database_url"))
        yield TwoMachines(tmp_path, SharedContents(journal.database))
        journal.close()


def baseline(**attributes: AttributeValue) -> Baseline:
    item = ConfigurationItem(kind="file", name="/etc/shop.conf", attributes=attributes)
    return Baseline(host="web1", machine_id="m1", captured_at=START, items=(item,))


def test_what_is_put_comes_back(store: BaselineStore) -> None:
    put = baseline(mode="0644", size=12, link=None, executable=False, content="Grüße\n\x00\u202e")
    put = put.model_copy(update={"epoch": 1772488800})
    reference = store.put(put)
    facts = (reference.host, reference.machine_id, reference.items, reference.epoch)
    assert facts == ("web1", "m1", 1, 1772488800)
    assert store.get(reference.digest) == put


def test_an_incomplete_baseline_keeps_its_faults(store: BaselineStore) -> None:
    put = baseline().model_copy(update={"faults": ("/etc/shadow: permission denied",)})
    assert not store.get(store.put(put).digest).complete


def test_the_order_of_attributes_is_no_content(store: BaselineStore) -> None:
    assert store.put(baseline(mode="0644", owner="root")) == store.put(baseline(owner="root", mode="0644"))


@pytest.mark.parametrize(
    ("first", "other"),
    [(1, True), (0, False), (1, "1"), (None, ""), ("a", "a "), (None, "None"), ("é", "e\u0301")],
)
def test_other_content_has_another_digest(
    store: BaselineStore, first: AttributeValue, other: AttributeValue
) -> None:
    assert store.put(baseline(value=first)).digest != store.put(baseline(value=other)).digest


def test_the_same_content_can_be_put_again(store: BaselineStore) -> None:
    first = store.put(baseline(mode="0644"))
    assert store.put(baseline(mode="0644")) == first
    assert store.get(first.digest) == baseline(mode="0644")


def test_many_are_put_at_once_and_each_keeps_its_place(store: BaselineStore) -> None:
    many = [baseline(number=n).model_copy(update={"host": f"web{n}"}) for n in range(20)]
    twice = [*many, many[0]]
    references = store.put_all(twice)
    assert [each.host for each in references] == [each.host for each in twice]
    assert [store.get(each.digest) for each in references] == twice
    assert store.put_all(many[:1]) == [store.put(many[0])] == references[:1] == references[-1:]
    assert store.put_all([]) == []


@pytest.mark.parametrize("digest", ["0" * 64, "", "../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "\n"])
def test_what_was_never_put_is_not_found(store: BaselineStore, digest: str) -> None:
    store.put(baseline())
    with pytest.raises(NotFound):
        store.get(digest)


VALUES = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=20)


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_value_comes_back_with_its_type(
    store: BaselineStore, attributes: dict[str, AttributeValue]
) -> None:
    item = ConfigurationItem(kind="command", name="x", attributes=attributes)
    put = Baseline(host="web1", machine_id="m1", captured_at=START, items=(item,))
    got = store.get(store.put(put).digest).items[0].attributes
    assert {name: (type(value), value) for name, value in got.items()} == {
        name: (type(value), value) for name, value in attributes.items()
    }
