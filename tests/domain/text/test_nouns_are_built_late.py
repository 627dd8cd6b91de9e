"""Nouns are built when they are first used; all of them can be, and also by several threads in one moment."""

import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages

import orchestrator.domain
from orchestrator.domain.text.model_base import Noun

BY_MANY_AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.deployment.standing import Standing
from orchestrator.domain.plan.target import Target

start = Barrier(16)

def made(n):
    start.wait()
    return (
        Target(host=f"h{n}", address="10.0.0.1"),
        Standing(host=f"h{n}", wave=n),
        Target.model_validate_json('{"host": "h%d", "address": "10.0.0.1"}' % n),
    )

sys.setswitchinterval(1e-6)
assert not Target.__pydantic_complete__, "it was built already, so nothing is tried here"
with ThreadPoolExecutor(16) as pool:
    for n, (target, standing, read) in enumerate(pool.map(made, range(16))):
        assert (target.host, standing.wave, read) == (f"h{n}", n, target)
"""


def test_every_noun_can_be_built() -> None:
    for module in walk_packages(orchestrator.domain.__path__, "orchestrator.domain."):
        import_module(module.name)
    kinds = _below(Noun)
    assert len(kinds) > 100
    for kind in kinds:
        kind.model_rebuild()
        assert kind.__pydantic_complete__, kind


def test_many_threads_may_be_the_first_to_use_one() -> None:
    subprocess.run([sys.executable, "-c", BY_MANY_AT_ONCE], check=True, timeout=60)


def _below(kind: type[Noun]) -> set[type[Noun]]:
    return {below for subclass in kind.__subclasses__() for below in (subclass, *_below(subclass))}
