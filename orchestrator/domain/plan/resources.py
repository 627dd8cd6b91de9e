"""Section 6 of a release plan, resource requirements: environment, inventory, people, tools, and what runs may read."""

from typing import Annotated

from pydantic import Field, model_validator

from orchestrator.domain.evidence.module_question import WithoutSsh
from orchestrator.domain.plan.execution_image import ExecutionImage
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Many, Name, Noun, Text
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.selection import Selection
from orchestrator.domain.text.validation_error import wrong

_STEERING = ("ANSIBLE_", "ORCH_", "PYTHON", "LD_", "BASH_", "SSH_ASKPASS", "MITOGEN_")
"""Beginnings of names by which a value would decide how a run goes, and not only what its playbook reads."""
EnvironmentName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
# Below the project, in words that mean one place: no `.`, no `..`, and nothing that begins with a dot.
OutputPath = Annotated[str, Field(pattern=r"^[^/.\x00-\x1f][^/\x00-\x1f]*(/[^/.\x00-\x1f][^/\x00-\x1f]*)*$")]

AbsolutePath = Annotated[str, Field(pattern=r"^(/|~/)[^\x00-\x1f]*[^/\x00-\x1f]$")]


class Resources(Noun):
    """Section 6, resource requirements: the environment with its inventory, people and tools.

    `people`: who is needed, in words. `persons`: by name those who are busy with it beside the holders of roles.
    `pass_environment`: names of variables of the caller's environment that each run sees; their values are kept nowhere.
    `ingredients`: files and folders outside of the project that its runs read in place; digested with the inventory.
    `without_ssh`: what identifies the machines that Ansible reaches by another connection.
    `outputs`: folders of the project that runs write into for people; kept from one deployment to the next, never digested.
    `zones`: which hosts only nodes of a zone reach; a host for which the inventory says a zone has that one.
    `execution_environment`: the image in which its runs have their Ansible; over that of orch.toml.
    """

    environment: Name
    inventory: Text
    dynamic_inventory: bool = False
    vault_password_file: Text | None = None
    pass_environment: Annotated[Many[EnvironmentName], Since("0.2")] = ()
    ingredients: Annotated[Many[AbsolutePath], Since("0.2")] = ()
    outputs: Annotated[Many[OutputPath], Since("0.2")] = ()
    without_ssh: Annotated[Many[WithoutSsh], Since("0.2")] = ()
    zones: Annotated[dict[Name, Selection], Since("0.2")] = {}
    execution_environment: Annotated[ExecutionImage | None, Since("0.2")] = None
    people: Many[Text] = ()
    persons: Annotated[Many[ReadableText], Since("0.2")] = ()
    tools: Many[Text] = ()

    @model_validator(mode="after")
    def _steers_no_run(self) -> "Resources":
        for name in self.pass_environment:
            if name.startswith(_STEERING):
                expected = "variables that only playbooks read"
                move = "remove it; settings of Ansible belong into ansible.cfg"
                raise wrong(expected, move, finding=f"`{name}`", at="pass_environment")
        return self
