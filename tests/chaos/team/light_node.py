"""`python -m tests.chaos.team.light_node FOLDER NAME ZONE SERVER URL FLEET`: a node as orch has it, with light hands."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.keys.frame_keys import FolderFrameKeys
from orchestrator.adapters.nodes import over_http
from orchestrator.adapters.nodes.node_work import NodeWork
from orchestrator.engine.node_ports import Party
from tests.chaos.disk_fleet import DiskTargets
from tests.chaos.team.light_hands import LightRuns, TeamFleet


def main(folder: Path, name: str, zone: str, server: str, url: str, fleet: Path) -> None:
    """Work until SIGTERM, and then until no attempt is open."""
    keys, clock, leaving = FolderFrameKeys(folder / "keys", name), SystemClock(), Event()
    signal.signal(signal.SIGTERM, lambda number, frame: leaving.set())
    runs, hosts = LightRuns(fleet, folder / "attempts"), DiskTargets(TeamFleet(fleet))
    courier = over_http.HttpCourier(url, keys, clock, over_http.client(None))
    print("at work", flush=True)
    NodeWork(
        folder,
        keys,
        Party.model_validate_json(server),
        zone,
        courier,
        clock,
        lambda passed, become: runs,
        lambda become, logins: hosts,
        say=lambda words: print(words, flush=True),
    ).run(leaving)
    print("ended", flush=True)


if __name__ == "__main__":
    _, place, node, of_zone, party, address, hosts_in = sys.argv
    main(Path(place), node, of_zone, party, address, Path(hosts_in))
