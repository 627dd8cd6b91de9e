"""`python -m bench.warm_deploy EXTENT PLAN`: `orch deploy PLAN` with an extent of warm start, which no command line offers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap import ports_to_start

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.warm import Extent


def main(extent: Extent, plan: Path) -> int:
    """Deploy as `orch deploy` does, which imports the rest once the zygote has begun; its exit code."""
    ports = ports_to_start(plan, extent)
    from orchestrator.cli.follow import drive_in_view
    from orchestrator.engine.use_cases import deployment_commands

    try:
        return drive_in_view(
            ports,
            lambda watch: deployment_commands.deploy(ports, plan, by="bench", approvals={}, watch=watch),
            by="bench",
            as_json=False,
        )
    finally:
        ports.playbooks.let_go()


if __name__ == "__main__":
    extents: dict[str, Extent] = {"cold": "cold", "zygote": "zygote"}
    sys.exit(main(extents[sys.argv[1]], Path(sys.argv[2])))
