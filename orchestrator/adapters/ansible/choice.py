"""Which Ansible this process uses: chosen once, when it is first needed, or taken over from the deployment that goes on."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from orchestrator.adapters.ansible.installation import (
    AnsibleInstallation,
    find_installation,
    own_installation,
)
from orchestrator.domain.evidence.run_software import AnsibleUsed


class AnsibleChoice:
    """One choice for whatever starts Ansible in this process."""

    def __init__(
        self, find: Callable[[], AnsibleInstallation] = own_installation, *, by_option: bool = False
    ) -> None:
        """`find` may raise MachineLacks, PlanFault and NotFound. `by_option`: a person named it for this command."""
        self._find = find
        self._by_option = by_option
        self._chosen: AnsibleInstallation | None = None

    @property
    def installation(self) -> AnsibleInstallation:
        """The installation; looked for when it is first asked for. Raises what `find` raises."""
        if self._chosen is None:
            self._chosen = self._find()
        return self._chosen

    def go_on_with(self, used: AnsibleUsed) -> AnsibleUsed | None:
        """Take over what a deployment began with, as it is now; None where a person named another for this command.

        orch's own is the one of this orch, wherever that is. Raises MachineLacks where it cannot be used any more.
        """
        if self._by_option:
            return None
        if used.source == "own":
            self._chosen = own_installation()
        else:
            there = find_installation(named=Path(used.python), environment=os.environ)
            self._chosen = replace(there, source=used.source)
        return used_of(self._chosen)


def used_of(installation: AnsibleInstallation) -> AnsibleUsed:
    """The installation as it goes on record."""
    return AnsibleUsed(
        python=str(installation.python),
        playbook=str(installation.playbook),
        core_version=installation.core_version,
        python_version=installation.python_version,
        source=installation.source,
        image=installation.image,
    )
