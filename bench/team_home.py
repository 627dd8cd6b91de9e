"""The parts of a team for the benchmark: PostgreSQL, the service, a node of a zone; all processes of this machine."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.contenders import ROOT
from bench.site import BenchFault
from tests.store import postgres

ORCH = [sys.executable, "-m", "orchestrator"]
SECONDS_TO_END = 40
_NUMBERS = itertools.count(1)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of an empty database of a server that ends with the block. Raises BenchFault where there is none to start."""
    reason = postgres.lacking()
    if reason is not None:
        raise BenchFault(reason)
    with postgres.server() as url:
        yield url


def fresh_database(url: str) -> str:
    """Another empty database of this server."""
    name = f"bench{next(_NUMBERS)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return url.replace("/postgres?", f"/{name}?")


@dataclass(frozen=True)
class TeamHome:
    """A service at `address`, and a node in `node`; `environment` is of whoever drives."""

    address: str
    node: Path
    environment: Mapping[str, str]


@contextmanager
def team_home(folder: Path, project: Path, environment: Mapping[str, str], zone: str) -> Iterator[TeamHome]:
    """`orch serve --queue` and a node of the zone at work; they end with the block. Raises BenchFault."""
    known = {**environment, "PYTHONPATH": str(ROOT)}
    of_node = {
        name: value
        for name, value in known.items()
        if name not in {"ORCH_STORE_URL", "ORCH_HOME", "ORCH_TOKEN_FILE"}
    }
    node = folder / "node"
    with ExitStack() as running:
        served = running.enter_context(
            _spawned([*ORCH, "serve", "--port", "0", "--queue"], project, known, folder)
        )
        first = served.stdout.readline() if served.stdout is not None else ""
        place = re.search(r" at (https?://\S+?)/ ;", first)
        if place is None:
            raise BenchFault(f"orch serve did not begin: {(folder / 'serve.log').read_text()[-800:]}")
        token = _said([*ORCH, "node", "invite", zone], project, known)
        named = ["--server", place[1], "--name", "bench-1", "--node", str(node)]
        _said([*ORCH, "node", "enrol", *named], project, of_node, token)
        words = [*ORCH, "worker", "--zone", zone, "--node", str(node)]
        at_work = running.enter_context(_spawned(words, project, of_node, folder))
        if at_work.stdout is None or "at work" not in at_work.stdout.readline():
            raise BenchFault(f"the node did not begin: {(folder / 'worker.log').read_text()[-800:]}")
        yield TeamHome(place[1], node, known)


def _said(words: list[str], project: Path, environment: Mapping[str, str], given: str = "") -> str:
    done = subprocess.run(
        words, cwd=project, env=dict(environment), input=given, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchFault(f"{' '.join(words[2:5])} ended with {done.returncode}: {done.stderr[-800:]}")
    return done.stdout


@contextmanager
def _spawned(
    words: list[str], project: Path, environment: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen[str]]:
    with (folder / f"{words[3]}.log").open("w") as log:
        process = subprocess.Popen(
            words, cwd=project, env=dict(environment), stdout=subprocess.PIPE, stderr=log, text=True
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
