"""Configuration baselines: typed configuration items of a host at a point in time (ISO/IEC 20000-1 3.2, 9.1)."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import Bytes, HostName, Many, Moment, Noun, Sha256, Text

AttributeValue = str | int | bool | None
AbsolutePath = Annotated[str, Field(pattern=r"^/")]
BaselinePart = Literal["files", "packages", "units", "ports", "users", "sysctl", "commands", "system"]
"""The parts of a baseline: each is a field of the scope, and has a collector on the target (ssh/on_target/collectors.py)."""
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


class BaselineScope(Noun):
    """Which configuration items are captured; volatile ones are excluded by declaration.

    `files` are absolute paths or shell patterns (`*`, `?`, `[...]` within a name, `**` for any directories between); a
    directory stands for everything in it. Content up to `content_limit` bytes a file is kept, to show a difference (0:
    never); the digest always covers the whole file. `users` are the local accounts and groups. `system` is the host as a
    whole: what a release can change beside its own files (docs/baseline.md).
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

    def captured(self, *parts: BaselinePart) -> tuple[str, ...]:
        """What is captured of these parts (default: all): first the named items, then the parts captured as a whole."""
        values = {part: getattr(self, part) for part in parts or get_args(BaselinePart)}
        named = [_name(item) for value in values.values() if isinstance(value, tuple) for item in value]
        switched = [part for part, value in values.items() if value is True]
        return (*named, *switched, *(part for part, value in values.items() if value == "all"))


def _name(item: Any) -> str:
    return item.name if isinstance(item, CommandCollector) else str(item)


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
    `epoch` is that of the last run that the host has seen (0: none), or None where it could not be read.
    """

    host: HostName
    machine_id: str
    captured_at: Moment
    items: Many[ConfigurationItem]
    faults: Many[str] = ()
    epoch: int | None = None
    cuts: Annotated[Many[Cut], Since("0.2")] = ()
    form: Annotated[int, Since("0.2")] = 0

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
