"""mitogen, where a plan asks for it: one interpreter on each host for the whole run, instead of one for each task.

An opt-in for deploys, never for a backout. The settings are those that made it fast and reliable (docs/ansible.md).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.adapters.extras import to_install

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.installation import AnsibleInstallation

STRATEGY = "mitogen_linear"
FORKS = 10
"""More connections at once were slower, and reported healthy hosts as unreachable."""
CONNECT_SECONDS = 30
KEEPALIVE_SECONDS = 15
"""mitogen's own 300 s would win over the one in the arguments of ssh."""


def strategies(installation: AnsibleInstallation | None = None) -> Path | None:
    """The folder of mitogen's strategy plugins; None where mitogen is not installed beside an Ansible [orch's own]."""
    if installation is not None:
        return installation.strategies
    spec = find_spec("ansible_mitogen")
    return Path(spec.origin).parent / "plugins" / "strategy" if spec and spec.origin else None


def lacking(installation: AnsibleInstallation | None = None) -> str | None:
    """Why mitogen cannot be had, or None."""
    if strategies(installation) is not None:
        return None
    if installation is None:
        return f"mitogen is not installed where orch is: {to_install('mitogen')}"
    return f"mitogen is not installed beside {installation.python}"


def settings(users_strategies: str, installation: AnsibleInstallation | None = None) -> dict[str, str]:
    """The ANSIBLE_* variables of a run through mitogen."""
    folders = [
        users_strategies or "/usr/share/ansible/plugins/strategy",
        strategies(installation),
    ]
    return {
        "ANSIBLE_STRATEGY": STRATEGY,
        "ANSIBLE_STRATEGY_PLUGINS": ":".join(str(folder) for folder in folders if folder),
        "ANSIBLE_TIMEOUT": str(CONNECT_SECONDS),
    }


def variables() -> dict[str, int | bool]:
    """What mitogen reads from variables."""
    # mitogen would have ssh compress everything, artefacts too: 0.3 s of CPU for 5 MB and host that could not get smaller.
    # It compresses its modules itself; what else a slow line needs, `ssh_args` say, as in any other run.
    return {"mitogen_ssh_keepalive_interval": KEEPALIVE_SECONDS, "mitogen_ssh_compression": False}
