"""`orch.toml`: what a project says of the machine that orch works on. Nothing in it decides what is allowed (docs/adr/0099)."""

from typing import Annotated

from pydantic import ConfigDict, Field

from orchestrator.domain.plan.execution_image import ExecutionImage
from orchestrator.domain.text.model_base import Noun

SettingPath = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A path as a person writes it: relative ones begin at the file, `~` is the home of whoever calls orch."""


class SettingsFile(Noun):
    """The settings of a project: each has a variable or an option of the command line over it."""

    # Words for editors: `orch settings schema` prints them.
    model_config = ConfigDict(title="orch.toml")

    ansible: Annotated[
        SettingPath | None,
        Field(
            description="The Ansible that runs the playbooks: a virtual environment, an ansible-playbook, or a Python. Left "
            "out: the active virtual environment, else ansible-playbook of PATH, else the one that orch was installed with. "
            "Over it: ORCH_ANSIBLE, and --ansible.",
            examples=[".venv", "/opt/ansible-2.20/bin/ansible-playbook"],
        ),
    ] = None
    execution_environment: Annotated[
        ExecutionImage | None,
        Field(
            description="The image in which runs have their Ansible, by its digest, for plans that name none. Left out: they "
            "are on this machine. Over it: resources.execution_environment of a plan. It is a part of what is approved.",
            examples=["registry.example/team/ansible@sha256:" + "0123456789abcdef" * 4],
        ),
    ] = None
    home: Annotated[
        SettingPath | None,
        Field(
            description="The folder that keeps deployments. Left out: the nearest .orch here or above. Over it: ORCH_HOME.",
            examples=["/srv/orch/shop"],
        ),
    ] = None
