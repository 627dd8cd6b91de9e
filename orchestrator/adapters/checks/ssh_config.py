"""The ssh configuration that testinfra's own ssh uses: each host's frozen way, pinned keys, connections of its own."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.domain.plan.ssh_config_text import named_config
from orchestrator.domain.plan.target import Target


def ssh_config(targets: Sequence[Target], control: Path) -> str:
    """A configuration with one block a target, under the target's inventory name."""
    of_all = ("ConnectTimeout 10", f"ControlPath {control}/%C")
    return "\n".join(named_config(target, of_all) for target in targets)
