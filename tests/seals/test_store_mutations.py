"""Thousands of mutations of live stores: each is found as what it is, or nobody could know; no clean store is alarmed."""

import random
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestrator.domain.journal import events as e
from orchestrator.engine.lookup.anchor_check import anchor_looks
from orchestrator.engine.lookup.seal_check import with_accepted_log
from tests.seals.sealed_home import SealedHome
from tests.seals.store_mutations import ANY, MUTATIONS, NAMES, Expected, MutableStore, copy_of, made_store
from tests.seals.wired import ports_of

SLICE, WHOLE, CLEAN_SLICE, CLEAN = 65, 5_000, 10, 1_000


@pytest.fixture(
    scope="module",
    params=[pytest.param(False, marks=pytest.mark.slow), True],
    ids=["without an anchor", "with an anchor"],
)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MutableStore:
    return made_store(tmp_path_factory.mktemp("store"), anchored=request.param)


def found_in(home: SealedHome) -> Mapping[str, set[str]]:
    """What `orch record verify` finds, as codes by deployment, and of `log` and `anchor`."""
    ports = ports_of(home.place)
    codes: dict[str, set[str]] = defaultdict(set)
    for look in with_accepted_log(ports, ports.seals.looks(ports.seals.known())):
        codes[look.deployment] |= {each.code for each in (*look.findings, *look.elsewhere)}
    codes["log"] |= {each.code for each in ports.seals.log_look().findings}
    codes["anchor"] |= {each.code for look in anchor_looks(ports) for each in look.findings}
    return codes


def survived(expected: Expected, codes: Mapping[str, set[str]]) -> bool:
    """Whether it was not found as it should be. Where nobody can know, everything fits."""
    if expected.unknowable:
        return any(of_it for of, of_it in codes.items() if of != "anchor")
    of = codes[expected.of] if expected.of != "anything" else set[str]().union(*codes.values())
    return not (of if expected.codes == ANY else of & expected.codes)


def try_out(store: MutableStore, folder: Path, seeds: range) -> list[str]:
    survivors = []
    for seed in seeds:
        chance = random.Random(seed)
        name = sorted(MUTATIONS)[seed % len(MUTATIONS)]
        mutated = copy_of(store, folder / str(seed))
        expected = MUTATIONS[name](mutated, chance)
        codes = found_in(mutated.home)
        if survived(expected, codes):
            survivors.append(f"{seed} {name}: expected {expected}, found {dict(codes)}")
        shutil.rmtree(mutated.home.place)
    return survivors


def test_each_mutation_of_a_store_is_found(store: MutableStore, tmp_path: Path) -> None:
    assert try_out(store, tmp_path, range(SLICE // 2)) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_five_thousand_mutations_of_stores_are_found(store: MutableStore, tmp_path: Path) -> None:
    assert try_out(store, tmp_path, range(WHOLE // 2)) == []


def grown_at_random(place: Path, chance: random.Random) -> SealedHome:
    """A store that several processes wrote to in turns, with keys that were changed in between."""
    home = SealedHome(place)
    for _ in range(chance.randrange(1, 4)):
        with home.journal() as journal:
            for _ in range(chance.randrange(1, 6)):
                name = chance.choice(NAMES)
                journal.append(name, len(journal.read(name)), [e.Paused(by="ann", reason="tea")])
            if chance.random() < 0.2:
                home.seals(journal).signed_anew(home.keys().rotate)
    return home


def alarmed(folder: Path, seeds: range) -> list[str]:
    alarms = []
    for seed in seeds:
        home = grown_at_random(folder / str(seed), random.Random(seed))
        codes = found_in(home)
        if any(codes.values()):
            alarms.append(f"{seed}: {dict(codes)}")
        shutil.rmtree(home.place)
    return alarms


def test_no_clean_store_is_alarmed(tmp_path: Path) -> None:
    assert alarmed(tmp_path, range(CLEAN_SLICE)) == []


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_none_of_a_thousand_clean_stores_is_alarmed(tmp_path: Path) -> None:
    assert alarmed(tmp_path, range(CLEAN)) == []
