"""An environment: its class, its machines, who owns it, and what binds there; a file of project or house says so."""

from ipaddress import ip_network
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from orchestrator.domain.calendar.window import Freeze
from orchestrator.domain.text.canonical import Since, digest_of
from orchestrator.domain.text.model_base import Many, Name, Noun, PositiveSeconds, Text
from orchestrator.domain.text.validation_error import exactly, wrong

EnvironmentClass = Literal["development", "test", "staging", "live"]
LIVE: EnvironmentClass = "live"
UNKNOWN = "unknown"
"""What stands for the class of an environment that no file knows, where files know others."""


def _address(text: str) -> str:
    """A network must be one: with a slip in it, it would stand for no machine at all."""
    if any(character.isspace() for character in text):
        raise wrong("an address, a DNS name or a network", "write one of them, without spaces")
    if "/" in text:
        try:
            ip_network(text)
        except ValueError:
            raise wrong(
                "a network such as 192.0.2.0/24", "correct it, with no bits beside the mask"
            ) from None
    return text


def _at_least_an_hour(seconds: float) -> float:
    if seconds < 3600:
        raise wrong("1h or more", "write a longer time, such as 7d")
    return seconds


class KnownMachine(Noun):
    """A machine of the environment: whatever is given identifies it, each by itself.

    `host`: a name of the inventory, or a pattern of names (`web*`). `address`: an address, a DNS name or a network.
    `host_key`: the SHA-256 of a host key, as `ssh-keygen -lf` shows it. `machine_id`: that of systemd.
    """

    host: Text | None = None
    address: Annotated[Text, AfterValidator(_address)] | None = None
    host_key: Annotated[str, Field(pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")] | None = None
    machine_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None

    @model_validator(mode="after")
    def _names_something(self) -> "KnownMachine":
        if not (self.host or self.address or self.host_key or self.machine_id):
            raise wrong("host, address, host_key or machine_id", "say how the machine is known")
        return self


class AuditRule(Noun):
    """How often the configuration records of the environment are audited, in seconds."""

    every: Annotated[PositiveSeconds, AfterValidator(_at_least_an_hour)]


class Environment(Noun):
    """An environment; `orch` is the version of this format.

    `owner`: the role or person who answers for it. `inventory`: the path of its inventory in the project. `freezes` bind as
    those of a policy do. `policy`: the name of the one that must bind. `rehearsals`: plans for other environments may be
    rehearsed here; only a live environment has to say so. `audit`: hosts are compared with what is recorded of them this often.
    """

    model_config = ConfigDict(populate_by_name=True)

    orch: Annotated[Literal[1], exactly(only=1)]
    environment: Name
    title: Text
    class_: Annotated[EnvironmentClass, Field(alias="class")]
    owner: Text
    inventory: Text | None = None
    machines: Many[KnownMachine] = ()
    freezes: Many[Freeze] = ()
    policy: Name | None = None
    rehearsals: bool = False
    audit: Annotated[AuditRule | None, Since("0.2")] = None

    @property
    def live(self) -> bool:
        """Whether customers depend on it."""
        return self.class_ == LIVE

    @property
    def digest(self) -> str:
        """Of what an approval covers: not of freezes and machines, which each start asks about anew, nor of the title."""
        parts = {
            "environment": self.environment,
            "class": self.class_,
            "owner": self.owner,
            "policy": self.policy,
        }
        return digest_of(parts, "environment")


def class_known(environment: Environment | None, *, unknown: bool) -> str | None:
    """The class of an environment; `unknown` where files know others only; None where no file knows any."""
    if environment is not None:
        return environment.class_
    return UNKNOWN if unknown else None


class EnvironmentFile(NamedTuple):
    """An environment with the file that says so; `house`: the file is the house's, and no project overrules it."""

    noun: Environment
    file: str
    house: bool = False
