"""Configuration baselines: typed configuration items of a host at a point in time (ISO/IEC 20000-1 3.2, 9.1)."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, ValidationInfo

from orchestrator.domain.evidence.module_question import Fact
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Bytes, HostName, Many, Moment, Noun, Sha256, Text
from orchestrator.domain.text.names import BY_HAND
from orchestrator.domain.text.selection import Selection, selects
from orchestrator.domain.text.validation_error import wrong

AttributeValue = str | int | bool | None
AbsolutePath = Annotated[str, Field(pattern=r"^/")]
BaselinePart = Literal[
    "files", "packages", "units", "ports", "users", "sysctl", "commands", "system", "facts"
]
"""The parts of a baseline: each is a field of the scope. Ansible asks for `facts`; all others have a collector on the target
(ssh/on_target/collectors.py)."""
SystemKind = Literal[
    "system folder", "set-uid file", "mount", "kernel parameters", "kernel module", "host", "firewall", "python package",
    "timer", "password", "group password", "shadow line", "system file",
]  # fmt: skip
"""Kinds of items of the part `system`."""
CutKind = SystemKind | Literal["what runs"]
"""Kinds of which some may be left out. Items that the plan names are of none of these."""
FORM = 1
"""What this version captures. 0: orch 0.1, without what runs of units, passwords, hard links, flags, and the system."""


class CommandCollector(Noun):
    """A configuration item that the user defines: the output of this command on the host, run as root."""

    name: Text
    run: Text


class _ScopeFields(Noun):
    """Which configuration items are captured; volatile ones are excluded by declaration.

    `files` are absolute paths or shell patterns (`*`, `?`, `[...]` within a name, `**` for any directories between); a
    directory stands for everything in it. Content up to `content_limit` bytes a file is kept, to show a difference (0:
    never), of files that everybody on the host may read, and of those that `show` names; the digest always covers the
    whole file. `users` are the local accounts and groups. `system` is the host as a whole: what a release can change
    beside its own files (docs/baseline.md). `facts` are asked of hosts without ssh, and nothing else is (docs/without-ssh.md).
    """

    files: Many[AbsolutePath] = ()
    exclude: Many[AbsolutePath] = ()
    packages: Literal["all", "none"] = "all"
    units: Many[Text] = ()
    ports: bool = True
    users: bool = True
    sysctl: Many[Text] = ()
    commands: Many[CommandCollector] = ()
    content_limit: Bytes = 65536
    system: Annotated[bool, Since("0.2")] = True
    show: Annotated[Many[AbsolutePath], Since("0.2")] = ()
    facts: Annotated[Many[Fact], Since("0.2")] = ()

    def _whole(self) -> "_ScopeFields":
        return self

    def captured(self, *parts: BaselinePart) -> tuple[str, ...]:
        """What is captured of these parts (default: all): first the named items, then the parts captured as a whole."""
        whole = self._whole()
        values = {part: getattr(whole, part) for part in parts or get_args(BaselinePart)}
        named = [_name(item) for value in values.values() if isinstance(value, tuple) for item in value]
        switched = [part for part, value in values.items() if value is True]
        return (*named, *switched, *(part for part, value in values.items() if value == "all"))


class ScopeOn(_ScopeFields):
    """What is captured of the hosts of `on`, or of every host without it."""

    on: Selection | None = None


class BaselineScope(_ScopeFields):
    """Which configuration items are captured, by host: written as one scope for all hosts, or as a list of scopes with `on`.

    With a list a host has all that the scopes have which it is in; an item that one of them excludes is excluded.
    """

    parts: Annotated[Many[ScopeOn], Since("0.2")] = ()

    def of(self, host: str, groups: Iterable[str]) -> "BaselineScope":
        """What is captured of this host, which is in these groups."""
        if not self.parts:
            return self
        return _union([part for part in self.parts if selects(part.on, host, groups)])

    @property
    def whole(self) -> "BaselineScope":
        """What is captured of any host."""
        return _union(self.parts) if self.parts else self

    def captures_everywhere(self, part: BaselinePart) -> bool:
        """Whether something of this part is captured of every host, whatever hosts there are."""
        if not self.parts:
            return bool(self.captured(part))
        of_part = [scope for scope in self.parts if scope.captured(part)]
        return len(of_part) == len(self.parts) or any(scope.on is None for scope in of_part)

    def _whole(self) -> _ScopeFields:
        return self.whole


def scopes_of(value: Any, info: ValidationInfo) -> Any:
    """A scope from one mapping, or from a list of scopes with `on`."""
    if isinstance(value, dict) and "parts" in value and info.context == BY_HAND:
        raise wrong("no `parts`", "write a list of scopes", finding="some", at="parts")
    if not isinstance(value, (list, tuple)):
        return value
    if not value:
        raise wrong("at least one scope", "name what the release can change", finding="none")
    return {"parts": list(value)}


PlannedScope = Annotated[
    BaselineScope,
    BeforeValidator(
        scopes_of, json_schema_input_type=BaselineScope | Annotated[list[ScopeOn], Field(min_length=1)]
    ),
]


def _union(parts: Sequence[_ScopeFields]) -> BaselineScope:
    return BaselineScope.of_valid(
        files=_each_once(part.files for part in parts),
        exclude=_each_once(part.exclude for part in parts),
        packages="all" if any(part.packages == "all" for part in parts) else "none",
        units=_each_once(part.units for part in parts),
        ports=any(part.ports for part in parts),
        users=any(part.users for part in parts),
        sysctl=_each_once(part.sysctl for part in parts),
        commands=tuple({command.name: command for part in parts for command in part.commands}.values()),
        content_limit=max((part.content_limit for part in parts), default=0),
        system=any(part.system for part in parts),
        show=_each_once(part.show for part in parts),
        facts=tuple({fact.name: fact for part in parts for fact in part.facts}.values()),
    )


def _each_once(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def _name(item: Any) -> str:
    return item.name if isinstance(item, CommandCollector | Fact) else str(item)


class ConfigurationItem(Noun):
    """A configuration item with its canonical attributes, such as kind `file`, name `/etc/shop.conf`."""

    kind: str
    name: str
    attributes: dict[str, AttributeValue]


class Cut(Noun):
    """Items that a capture left out, for its bounds or for want of rights: those of a kind that are `below` a path, or all."""

    kind: CutKind
    below: str = ""
    reason: str


class Baseline(Noun):
    """The configuration items of one host; with any fault it is incomplete and equal to nothing.

    `cuts` are left out of every comparison, and named wherever one is shown. `form` says what the capturing version looked at.
    `epoch` is that of the last run that the host has seen (0: none), or None where it could not be read. `visit`: the run that
    asked a host without ssh, with the digest of its playbook.
    """

    host: HostName
    machine_id: str
    captured_at: Moment
    items: Many[ConfigurationItem]
    faults: Many[str] = ()
    epoch: int | None = None
    cuts: Annotated[Many[Cut], Since("0.2")] = ()
    form: Annotated[int, Since("0.2")] = 0
    visit: Annotated[str, Since("0.2")] = ""

    @property
    def complete(self) -> bool:
        """Whether the whole scope was read."""
        return not self.faults


class BaselineReference(Noun):
    """The address of a captured baseline in the content-addressed store."""

    host: HostName
    digest: Sha256
    machine_id: str
    items: int
    epoch: int | None = None
    cuts: Annotated[Many[Cut], Since("0.2")] = ()
    form: Annotated[int, Since("0.2")] = 0
    visit: Annotated[str, Since("0.2")] = ""


class Difference(Noun):
    """One attribute of one configuration item that differs; None stands for absent."""

    host: HostName
    kind: str
    name: str
    attribute: str
    before: AttributeValue
    after: AttributeValue


class Comparison(Noun):
    """The differences of two baselines of one host; `inconclusive` says why they cannot be compared, and are not equal."""

    host: HostName
    differences: Many[Difference] = ()
    inconclusive: str | None = None

    @property
    def equal(self) -> bool:
        """Proved equal: compared, and without a difference."""
        return self.inconclusive is None and not self.differences
