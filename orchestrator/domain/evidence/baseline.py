"""Configuration baselines: typed configuration items of a host at a point in time (ISO/IEC 20000-1 3.2, 9.1)."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from orchestrator.domain.text.model_base import Bytes, HostName, Many, Moment, Noun, Sha256, Text

AttributeValue = str | int | bool | None
AbsolutePath = Annotated[str, Field(pattern=r"^/")]
BaselinePart = Literal["files", "packages", "units", "ports", "users", "sysctl", "commands"]
"""The parts of a baseline: each is a field of the scope, and has a collector on the target (ssh/on_target/baseline.py)."""


class CommandCollector(Noun):
    """A configuration item of the user's own: what this command prints on the host, as root."""

    name: Text
    run: Text


class BaselineScope(Noun):
    """Which configuration items are captured; volatile ones are excluded by declaration.

    `files` are absolute paths or shell patterns (`*`, `?`, `[...]` within a name, `**` for any directories between); a
    directory stands for all that is in it. Content up to `content_limit` bytes a file is kept, so that a difference can
    be shown (0: never); the digest is always taken of the whole file. `users` are the local accounts and groups.
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

    def captured(self, *parts: BaselinePart) -> tuple[str, ...]:
        """What is captured of these parts, or of all of them: what is named in them first, then the parts taken as a whole."""
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


class Baseline(Noun):
    """The configuration items of one host; with any fault it is incomplete and equal to nothing.

    `epoch` is that of the last run that the host has seen (0: none); None where it could not be read.
    """

    host: HostName
    machine_id: str
    captured_at: Moment
    items: Many[ConfigurationItem]
    faults: Many[str] = ()
    epoch: int | None = None

    @property
    def complete(self) -> bool:
        """Whether everything the scope names was read."""
        return not self.faults


class BaselineReference(Noun):
    """Where a captured baseline lies in the content-addressed store."""

    host: HostName
    digest: Sha256
    machine_id: str
    items: int
    epoch: int | None = None


class Difference(Noun):
    """One attribute of one configuration item that is not as it was; None stands for absent."""

    host: HostName
    kind: str
    name: str
    attribute: str
    before: AttributeValue
    after: AttributeValue


class Comparison(Noun):
    """What two baselines of one host differ in; `inconclusive` says why they cannot be compared, and then nothing is equal."""

    host: HostName
    differences: Many[Difference] = ()
    inconclusive: str | None = None

    @property
    def equal(self) -> bool:
        """Proved to be the same: compared, and without a difference."""
        return self.inconclusive is None and not self.differences
