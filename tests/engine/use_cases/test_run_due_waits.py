"""`orch run-due` waits for what it started: an end is told as an end, and what stands still for people is not."""

import pytest

from orchestrator.engine.use_cases.due_start import DueLine
from orchestrator.engine.use_cases.run_due import wait_for
from tests.fakes.playbooks import Script
from tests.worlds.fleet import Fleet
from tests.worlds.plans import plan_tree


@pytest.mark.parametrize(("result", "what"), [("done", "ended"), ("not_done", "asks")])
def test_only_what_is_over_has_ended(result: str, what: str) -> None:
    tree = plan_tree()
    tree["backout"]["on_failure"] = "hold"
    fleet = Fleet(tree)
    fleet.playbooks.script("deploy", None, Script(results={"h1": result}))  # type: ignore[dict-item]
    d = fleet.deploy()
    lines: list[DueLine] = []
    wait_for(fleet.ports, fleet.drivers, [d.id], lines.append)
    assert [line.what for line in lines] == [what]
