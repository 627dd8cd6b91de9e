"""An attempt: one run of one playbook over an explicit list of hosts, with its own identity."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator

from orchestrator.domain.evidence.module_question import ModuleFacts, ModuleQuestion
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import HostName, Many, Noun, PluginName, Seconds, Text, Variables
from orchestrator.domain.text.validation_error import wrong

Purpose = Literal["deploy", "backout"]
Isolation = Literal["none", "mount_namespace", "container"]
"""What separates a run from orch: nothing (code of a tree, such as a plugin, can do what orch can); a mount namespace without
orch's home in it; a container, with only what the run needs in it."""
Unisolated = Literal["", "not_possible", "acts_on_controller", "home_in_use", "asked"]
"""Why a run has no isolation: the machine gives none; tasks may act on this machine as they are; programs or keys that the run
needs are where orch's home is; whoever called orch asked for it. Empty where it has one, or nobody said why."""
Acceleration = Literal["orch", "mitogen"]
"""What makes a deploy's run faster: orch's own accelerator (docs/adr/0128), or mitogen (docs/adr/0026)."""


def _of_plan(asked: object) -> object:
    """`no` is what a plan without the key means, so both have one digest."""
    if asked is None or asked is False or asked == "no":
        return None
    if asked not in get_args(Acceleration):
        raise wrong("`orch`, `mitogen` or `no`", "write one of these, or remove the key")
    return asked


AskedAcceleration = Annotated[
    Acceleration | None,
    BeforeValidator(_of_plan, json_schema_input_type=Literal["orch", "mitogen", "no"] | None),
]
"""What a plan asks for; `no` stands for none."""


_MACHINE_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


class RunIsolation(Noun):
    """What a run is shut off by, and why by nothing."""

    isolation: Isolation = "none"
    unisolated: Unisolated = ""


CONTROLLER = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names by which Ansible knows the machine that it runs on, where the inventory has no such host."""


def declares_controller(delegates: Iterable[str]) -> bool:
    """Whether a plan's delegates have the controller among them, by any of its names."""
    return not CONTROLLER.isdisjoint(delegates)


class Allowance(Noun):
    """What a plan permits a playbook to do that otherwise does not count as success; each entry of `..._tasks` names a task.

    `absent_groups`: patterns of plays that may match no host of the inventory. `threaded_plugins`: action and become plugins
    that may run in threads of an accelerated run, as Ansible's own do.
    """

    noop: bool = False
    ignored_tasks: Many[Text] = ()
    rescued_tasks: Many[Text] = ()
    delegates: Many[HostName] = ()
    injected_facts: bool = False
    check_mode_tasks: Annotated[Many[Text], Since("0.2")] = ()
    unreachable_tasks: Annotated[Many[Text], Since("0.2")] = ()
    absent_groups: Annotated[Many[Text], Since("0.2")] = ()
    threaded_plugins: Annotated[Many[PluginName], Since("0.2")] = ()


class RunWay(Noun):
    """How ssh gets to a place: its configuration, and the words that stand first on its command line."""

    config: str
    first: Many[str] = ()


class VisitQuestion(Noun):
    """A question of a visit: which values of its answer are kept, and the hosts that are asked. Its number is its place."""

    question: ModuleQuestion
    keep: Many[str]
    hosts: Many[HostName]


class AttemptRequest(Noun):
    """All that a worker needs to run the attempt, without secrets. Paths are absolute.

    `epoch`: greater than that of every earlier attempt; a host that has seen a greater one refuses (0: none). `known`: the
    epochs that a host may hold; it refuses with any other, and a host that is not listed accepts any. `addresses`: where
    the hosts were when the plan was checked, as `address:port`. `machines`: the machine-id that each host had;
    `machines_beside`: those of the deployment's other hosts, to which tasks may be delegated. `repeated`: a second run, which
    must change nothing; the outcome names the tasks that change something. `fleet`: where every host of the deployment was
    then, so that a host that tasks for others act on is known by its name. `playbooks`: all those of the deployment, whose
    vaulted values a host can answer with. `pass_environment`: names of variables that the run sees;
    the caller's environment has their values. `house`: the house that the deployment is of; a machine of another refuses.
    the caller's environment has their values. `ingredients` and `outputs`: what it may read outside of its copy, as the plan
    names them. `foreseen`: paths outside that the check of the plan named, as files, folders or patterns. `tags` and
    `skip_tags`: which plays and tasks are run, as `ansible-playbook` takes them; none given, all. `origin`: the folder of
    the project, of which `project` is a copy; files with passwords stay there. `ways`: how ssh gets to hosts that
    its own defaults do not reach, by `address:port`; `plain_way` is its configuration for all others. `without_ssh`: hosts
    that have none, and what identifies each of them. `questions`: those of a visit, which runs nothing else; `playbook` says
    then only beside which one variables are. `isolation`: what the run is shut off by; where that cannot be had any more,
    nothing is run. `execution_environment`: the image of a container. `private_keys`: files of keys with which its hosts
    are reached. A `hint` runs its playbook in check mode, and its epoch is 0: a host keeps nothing of it. `library_keys`: files
    that pin host keys of hosts without ssh of OpenSSH's, which libraries speak to. `store`: the store that gave the epoch.
    `zone`: whose nodes run it; empty: this machine.
    """

    attempt: str
    deployment: str
    purpose: Purpose | Literal["visit", "hint"]
    playbook: str
    project: str
    inventory: str
    hosts: Many[HostName]
    variables: Variables
    allowance: Allowance = Allowance.of_valid()
    task_timeout: Seconds = 300.0
    run_timeout: Seconds = 3600.0
    forks: int = 10
    vault_password_file: str | None = None
    known_hosts: str | None = None
    epoch: int = 0
    known: dict[HostName, Many[int]] = {}
    addresses: dict[HostName, str] = {}
    machines: dict[HostName, str] = {}
    machines_beside: dict[HostName, str] = {}
    accelerate: Acceleration | None = None
    repeated: bool = False
    fleet: dict[HostName, str] = {}
    playbooks: Many[str] = ()
    pass_environment: Many[str] = ()
    house: str = ""
    store: str = ""
    ingredients: Many[str] = ()
    outputs: Many[str] = ()
    foreseen: Many[str] = ()
    tags: Many[str] = ()
    skip_tags: Many[str] = ()
    origin: str = ""
    ways: dict[str, RunWay] = {}
    plain_way: str = ""
    without_ssh: dict[HostName, ModuleFacts | None] = {}
    questions: Many[VisitQuestion] = ()
    isolation: Isolation = "none"
    execution_environment: str = ""
    private_keys: Many[str] = ()
    library_keys: Many[str] = ()
    zone: str = ""

    @cached_property
    def machine_ids(self) -> dict[HostName, str]:
        """The machine-id of each host of the deployment that has one; a machine without one is known by its pinned key."""
        of_hosts = {**self.machines_beside, **self.machines}
        return {host: machine for host, machine in of_hosts.items() if _MACHINE_ID.fullmatch(machine)}
