"""The port that says which software runs playbooks here; runs of playbooks are of it."""

from collections.abc import Sequence
from pathlib import Path

from orchestrator.domain.evidence.attempt import RunIsolation
from orchestrator.domain.evidence.run_software import AnsibleUsed, RunSoftware


class RunsSoftware:
    """By default nothing is known, and there is nothing to choose."""

    def software(
        self, project: Path, playbooks: Sequence[str] = (), inventory: str = "", image: str | None = None
    ) -> RunSoftware:
        """What drives and runs attempts here, with the collections that these playbooks of a project name.

        `image`: the one that its runs have their Ansible in; what it holds is known by its digest, collections too.
        Raises MachineLacks where there is no Ansible that can be used.
        """
        return RunSoftware()

    def isolation(self, image: str | None, *, acts_here: bool, zone: str = "") -> RunIsolation:
        """What a run that begins now is shut off by. `acts_here`: its tasks may act on the machine that it runs on.

        `zone`: whose nodes run it; empty: this machine. Raises MachineLacks where no node of the zone answers.
        """
        return RunIsolation.of_valid(isolation="none" if image is None else "container")

    def go_on_with(self, ansible: AnsibleUsed) -> AnsibleUsed | None:
        """Have all runs of this process use the installation that a deployment began with; returns it as it is now.

        None where a person has named another for this process, or there is nothing to choose. Raises MachineLacks where it
        is gone.
        """
        return None
