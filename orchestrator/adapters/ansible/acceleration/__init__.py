"""What a plan's `accelerate` means for a run, by kind: what it needs, its settings, variables and forks.

`orch` is orch's own accelerator (own.py), `mitogen` is mitogen (mitogen.py). Deploys only, never a backout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.adapters.ansible.acceleration import mitogen, own

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.installation import AnsibleInstallation
    from orchestrator.domain.evidence.attempt import AttemptRequest

_LINEAR = "ansible.builtin.linear"


def lacking(accelerate: str | None, installation: AnsibleInstallation | None = None) -> str | None:
    """Why an acceleration that a plan asks for cannot be had, or None: the run is refused then.

    Where orch's own does not fit an Ansible, nothing is lacking: the run goes Ansible's own way (`stock`).
    """
    if accelerate is None:
        return None
    return mitogen.lacking(installation) if accelerate == "mitogen" else own.lacking(installation)


def stock(accelerate: str | None, installation: AnsibleInstallation | None = None) -> str | None:
    """Why an accelerated run would go Ansible's own way, as far as it is known before the run; None: it would not."""
    return own.stock(installation) if accelerate == "orch" else None


def settings(
    request: AttemptRequest, users_strategies: str, installation: AnsibleInstallation | None = None
) -> dict[str, str]:
    """The ANSIBLE_* variables that accelerate a run; none where the plan does not ask for it."""
    return mitogen.settings(users_strategies, installation) if request.accelerate == "mitogen" else {}


def environment(request: AttemptRequest) -> dict[str, str]:
    """The variables of orch's own that a run begins with."""
    if request.accelerate != "orch":
        return {}
    return {own.VARIABLE: "orch", own.THREADED: " ".join(request.allowance.threaded_plugins)}


def variables(request: AttemptRequest) -> dict[str, int | bool]:
    """What an accelerator reads from the variables of playbooks."""
    return mitogen.variables() if request.accelerate == "mitogen" else {}


def strategy(request: AttemptRequest) -> str:
    """The strategy of orch's own plays."""
    return mitogen.STRATEGY if request.accelerate == "mitogen" else _LINEAR


def forks(request: AttemptRequest) -> int:
    """How many hosts at once: no more than there are, and no more than mitogen bears."""
    most = min(request.forks, mitogen.FORKS) if request.accelerate == "mitogen" else request.forks
    return max(1, min(most, len(request.hosts)))


def zygote(accelerate: str | None) -> str | None:
    """Which process a run is forked from: mitogen is imported into one of its own; all others share one."""
    return accelerate if accelerate == "mitogen" else None
