"""Plans with stages, work by hand and load balancers, drawn for the simulation."""

from collections.abc import Sequence
from random import Random
from typing import Any

NAMES = ("db", "app", "edge")


def drawn_stages(random: Random, names: Sequence[str], *, by_hand: bool) -> list[dict[str, Any]]:
    """Two or three stages that reach every host; some run once, some hosts are in several, and people do some of them."""
    tiers = _tiers(random, names)
    stages = [_stage(random, NAMES[n], tier) for n, tier in enumerate(tiers)]
    if random.random() < 0.5:
        once = {"name": "migrate", "on": "web", "once": True, **_run(random, "migrate")}
        stages.insert(random.randrange(len(stages) + 1), once)
    if random.random() < 0.5:
        stages.append({"name": "last", "on": "web", **_waves(random, len(names)), **_run(random, "last")})
    if by_hand:
        _done_by_hand(random, random.choice(stages))
    for stage in stages:
        if random.random() < 0.3:
            stage["load_balancer"] = drawn_balancer(random, stage["name"], len(names))
    return stages


def drawn_balancer(random: Random, name: str, hosts: int) -> dict[str, Any]:
    """One balancer or two, and at most so many hosts out; by default as many as the largest wave has."""
    backends = [name, *([f"{name}-inside"] if random.random() < 0.2 else [])]
    limit = random.choice([{}, {}, {"at_most_out": hosts}])
    haproxy = [{"haproxy": {"address": "127.0.0.1:9999", "backend": backend}} for backend in backends]
    return {"balancers": haproxy, "within": "6s", **limit}


def _tiers(random: Random, names: Sequence[str]) -> list[Sequence[str]]:
    """The hosts in two or three parts; each has at least one."""
    count = min(len(names), random.choice([2, 2, 3]))
    cuts = sorted(random.sample(range(1, len(names)), count - 1))
    return [names[a:b] for a, b in zip([0, *cuts], [*cuts, len(names)], strict=True)]


def _stage(random: Random, name: str, hosts: Sequence[str]) -> dict[str, Any]:
    return {"name": name, "on": list(hosts), **_waves(random, len(hosts)), **_run(random, name)}


def _waves(random: Random, hosts: int) -> dict[str, Any]:
    return {"waves": random.choice([[], [1, "rest"], ["50%", "rest"]])} if hosts > 2 else {}


def _run(random: Random, name: str) -> dict[str, Any]:
    """The same two playbooks for each stage, for a run knows which one it is of; and a check that sees what it brings."""
    words: dict[str, Any] = {
        "playbook": "playbooks/app.yml",
        "acceptance": [{"http": f"http://{{address}}/{name}"}],
        "backout": "rollback/app.yml",
    }
    if random.random() < 0.2:
        words["gate"] = {"soak": "4s", "every": "2s"}
    return words


def _done_by_hand(random: Random, stage: dict[str, Any]) -> None:
    """People do this stage, or take it back, or both."""
    which = random.choice(["deploy", "deploy", "backout", "both"])
    if which != "backout":
        del stage["playbook"]
        stage["manual"] = _manual(random)
    if which != "deploy":
        stage["backout"] = {"manual": _manual(random)}


def _manual(random: Random) -> dict[str, Any]:
    within = random.choice([{}, {"within": "30s"}, {"within": "30s", "then": "back out"}])
    step = {"who": "Acme", "instruction": "Do it.", "evidence": "A ticket.", "confirmed_by": "service owner"}
    return {**step, "attachments": random.choice([0, 0, 1]), **within}
