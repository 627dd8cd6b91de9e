"""Programs that this machine runs for a balancer: in the project, with the environment that the plan passes on."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.balancing_ports import BalancerPlace
from orchestrator.errors import MachineLacks

PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER", "LOGNAME")
SHOWN = 300


class RanThere(NamedTuple):
    """How a program ended where a balancer is; `trouble` says why it did not run to its end."""

    code: int | None
    output: str
    trouble: str


def ran_here(run: RunProgram, program: Sequence[str], seconds: float, place: BalancerPlace) -> RanThere:
    """How a program of this machine, or of the project, ended; a path with a slash is one of the project."""
    name = program[0]
    path = str(place.project / name) if "/" in name and not name.startswith("/") else name
    passed = {each: os.environ[each] for each in (*PASSED_ON, *place.passed) if each in os.environ}
    try:
        ended = run([path, *program[1:]], timeout=seconds, environment=passed, directory=place.project)
    except (OSError, ValueError, MachineLacks) as fault:
        return RanThere(None, "", plain(str(fault), SHOWN))
    if ended.exit_code is None:
        return RanThere(None, ended.output, f"it did not end within {seconds:g} s")
    words = ended.errors.strip().splitlines()
    return RanThere(ended.exit_code, ended.output, plain(words[-1], SHOWN) if words else "")
