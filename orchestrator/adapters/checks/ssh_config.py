"""The ssh configuration that testinfra's own ssh uses: pinned host keys, keys only, bounded, connections of its own."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.domain.plan.target import Target


def ssh_config(targets: Sequence[Target], control: Path) -> str:
    """A configuration with one block a target, under the target's inventory name."""
    return "\n".join(_block(target, control) for target in targets)


def _block(target: Target, control: Path) -> str:
    known_hosts = target.known_hosts or "~/.ssh/known_hosts"
    key = [f'IdentityFile "{target.private_key}"', "IdentitiesOnly yes"] if target.private_key else []
    options = [
        f"HostName {target.address}",
        f"Port {target.port}",
        f"User {target.user}",
        *key,
        f'UserKnownHostsFile "{known_hosts}"',
        "GlobalKnownHostsFile /dev/null",
        "StrictHostKeyChecking yes",
        "UpdateHostKeys no",
        "BatchMode yes",
        "ConnectTimeout 10",
        "ServerAliveInterval 5",
        "ServerAliveCountMax 3",
        "LogLevel ERROR",
        f"ControlPath {control}/%C",
    ]
    return "\n    ".join([f"Host {target.host}", *options]) + "\n"
