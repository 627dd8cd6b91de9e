"""What Ansible reports about an inventory and playbooks before anything runs."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.model_base import HostName, Many, Noun
from orchestrator.domain.text.plain_text import escaped_text, plain
from orchestrator.domain.text.redaction import Redactor

Severity = Literal["refuse", "warn"]
AllowedBy = Literal[
    "",
    "ignored_tasks",
    "rescued_tasks",
    "check_mode_tasks",
    "unreachable_tasks",
    "delegates",
    "injected_facts",
]
"""The field of `allow` by which a plan permits a construct."""


class PlaySeen(Noun):
    """One play, with the hosts of the whole inventory that its pattern matches.

    `absent`: the parts of the pattern that name no host and no group of the inventory.
    """

    name: str
    line: int | None = None
    hosts: Many[HostName] = ()
    absent: Many[str] = ()


class PlaybookSeen(Noun):
    """A playbook's plays, or in one line why it cannot be read (`fault`). `lacks`: the collection that is missing for that."""

    path: str
    fault: str | None = None
    lacks: str = ""
    plays: Many[PlaySeen] = ()

    def uncovered(self, hosts: Iterable[str]) -> tuple[str, ...]:
        """The hosts that no play matches, in the order given."""
        covered = {host for play in self.plays for host in play.hosts}
        return tuple(host for host in hosts if host not in covered)


class FileFault(Noun):
    """A fault in a file of the project, such as a vaulted value that does not decrypt."""

    file: str
    line: int | None = None
    message: str
    next_move: str


class PlaybookFinding(Noun):
    """A construct that can end green without having worked, or wait for a person: refused, or a warning.

    `undeclared`: it stands only where the plan does not allow this delegate. `place`: the path outside of the project that
    a run reads there. `allowed_by`: it stands only where this field of `allow` does not have its `names`, of tasks or hosts.
    `asked`: the variables that a person is asked for; it stands only where the plan does not give them.
    """

    file: str
    line: int | None = None
    kind: str
    what: str
    severity: Severity
    next_move: str
    undeclared: str = ""
    place: str = ""
    allowed_by: AllowedBy = ""
    names: Many[str] = ()
    asked: Many[str] = ()


class VaultedValue(Noun):
    """A value that a vault holds: its variable (empty for a file that is vaulted whole), and its file. It is never shown."""

    file: str
    name: str
    value: Annotated[str, Field(repr=False)]


class BecomeSecret(Noun):
    """The password with which a login becomes root on a host, and the program that asks for it. It is never shown."""

    method: Literal["sudo", "su"]
    password: Annotated[str, Field(repr=False)]


class Vaulted(Noun):
    """All that is to be redacted for a plan: vaulted values, the passwords that decrypt them, and what it passes to its runs.

    `passed`: values of variables of the environment, by name. `become` and `logins`: passwords
    to become root and those of ssh, by host. `unknown`: why
    these may not be all. It is kept in no file and on no journal.
    """

    values: Many[VaultedValue] = ()
    passwords: Annotated[Many[str], Field(repr=False)] = ()
    passed: Annotated[dict[str, str], Field(repr=False)] = {}
    become: Annotated[dict[HostName, BecomeSecret], Field(repr=False)] = {}
    logins: Annotated[dict[HostName, str], Field(repr=False)] = {}
    unknown: str | None = None


def redactor_of(*vaulted: Vaulted) -> Redactor:
    """What takes all of this out of text. Marks are keyed with the passwords: whoever has those has the values too."""
    values = [item.value for each in vaulted for item in each.values]
    passwords = [password for each in vaulted for password in each.passwords]
    values += {secret.password for each in vaulted for secret in each.become.values()}
    values += {password for each in vaulted for password in each.logins.values()}
    # As they are after unfit characters were written otherwise (domain/text/plain_text.py).
    written = [form for value in values for form in (plain(value, len(value)), escaped_text(value))]
    key = "\0".join(dict.fromkeys(passwords)).encode("utf-8", "surrogateescape")
    passed = {name: value for each in vaulted for name, value in each.passed.items()}
    return Redactor([*values, *passwords, *written], key, passed)


class Inspection(Noun):
    """The result of an inspection. With any inventory fault there are no targets; playbooks keep the requested order.

    `absent_environment`: variables that the plan has passed to its runs, and that are not set here.
    `opened`: files outside of the project, and of what the plan names, that Ansible opened meanwhile.
    `beside`: hosts that the plan names and that are none of the deployment: those of load balancers.
    `way_places`: where the settings of the targets' ways stand.
    `vault_warnings`: what gives no password of a vault, though other passwords can be had.
    `inventory_ways`: sentences about proxies and programs by which the inventory leads Ansible to its hosts.
    """

    targets: Many[Target] = ()
    beside: Many[Target] = ()
    way_places: Many[SettingPlace] = ()
    inventory_faults: Many[str] = ()
    inventory_ways: Many[str] = ()
    playbooks: Many[PlaybookSeen] = ()
    vault_faults: Many[FileFault] = ()
    settings_faults: Many[FileFault] = ()
    groups: dict[str, Many[HostName]] = {}
    no_acceleration: str | None = None
    not_accelerated: str | None = None
    vaulted: Vaulted = Vaulted.of_valid()
    absent_environment: Many[str] = ()
    opened: Many[str] = ()
    vault_warnings: Many[str] = ()
