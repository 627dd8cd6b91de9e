"""A run without orch's home in sight: what it still sees of that, and whether this machine can do so."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import write_durably
from orchestrator.adapters.ansible.isolation.needed_places import needed_by
from orchestrator.adapters.home_paths import user_home
from orchestrator.adapters.process import shut_off
from orchestrator.domain.evidence.attempt import RunIsolation
from orchestrator.errors import MachineLacks

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
    from orchestrator.domain.evidence.attempt import AttemptRequest

OPEN_RUNS = "ORCH_OPEN_RUNS"
"""A caller's variable: set, runs see orch's home as ever."""
_WITHIN = 10.0
_SPEC = "shut_off.json"


def isolation_here(home: Path, *, acts_here: bool, environ: Mapping[str, str]) -> RunIsolation:
    """What a run without an image is shut off by. `acts_here`: its tasks may act on this machine as they are."""
    if environ.get(OPEN_RUNS):
        return RunIsolation(unisolated="asked")
    if acts_here:
        return RunIsolation(unisolated="acts_on_controller")
    if _holds_a_home(home):
        return RunIsolation(unisolated="home_in_use")
    if lacking(home):
        return RunIsolation(unisolated="not_possible")
    return RunIsolation(isolation="mount_namespace")


def lacking(home: Path) -> str:
    """Why this machine gives a process no mount namespace, as the kernel says it; empty where it does."""
    there = next((place for place in (home, *home.parents) if place.is_dir()), Path("/"))
    # By itself: only a process of one thread may do it, and it is of no use afterwards.
    command = [sys.executable, "-I", "-S", shut_off.__file__, str(there)]
    try:
        ended = process.run(command, timeout=_WITHIN, environment={})
    except (MachineLacks, OSError) as broken:
        return str(broken)
    return "" if ended.exit_code == 0 else ended.errors.strip() or "it gave no answer"


def _holds_a_home(home: Path) -> bool:
    """Whether keys and settings of a person lie in it: a home that is the folder of an account, or above it."""
    account = os.path.realpath(user_home())
    real = os.path.realpath(home)
    return account == real or account.startswith(real.rstrip("/") + "/")


def hide(home: Path, request: AttemptRequest, folder: AttemptFolder, control: Path) -> dict[str, str]:
    """Write down what the run is shut off from; the variables that lead it there.

    Its copy stays writable, as it was: what a run leaves there is looked for after it.
    """
    hidden = os.path.realpath(home)
    code = [Path(__file__).parents[3], Path(sys.prefix), Path(sys.base_prefix)]
    installation = folder.installation()
    if installation is not None:
        code.append(installation.python.parent.parent)
    shown = [
        [place.path, place.writable or Path(place.path) == Path(request.project)]
        for place in needed_by(request, folder, control, code)
        if place.path.startswith(f"{hidden}/")
    ]
    file = folder.path / _SPEC
    write_durably(file, json.dumps({"hidden": [hidden], "shown": shown}))
    return {shut_off.GIVEN: str(file)}
