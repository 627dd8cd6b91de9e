"""Load balancers before the hosts of a release: how a host is taken out of rotation, seen to be out, and given back."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestrator.domain.plan.check import HttpCheck
from orchestrator.domain.plan.http_fields import (
    CredentialFile,
    HeaderName,
    HeaderValue,
    without_password,
    without_secrets,
)
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import HostLimit
from orchestrator.domain.text.model_base import HostName, Noun, PositiveSeconds, Text
from orchestrator.domain.text.validation_error import wrong

ServerPattern = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:{}-]{1,200}$")]
"""The name of a host at the balancer; `{host}` and `{address}` are replaced."""
AbsolutePath = Annotated[str, Field(pattern=r"^/[^\x00-\x1f]*[^/\x00-\x1f]$")]
Argv = Annotated[tuple[Text, ...], Field(strict=False, min_length=1, max_length=64)]


class HaproxyBalancer(Noun):
    """HAProxy by its runtime socket: on the inventory host `on`, or at `address` (host:port) as this machine reaches it."""

    on: HostName | None = None
    socket: AbsolutePath | None = None
    address: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\[\]:-]+:[0-9]{1,5}$")] | None = None
    backend: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,200}$")]
    server: ServerPattern = "{host}"

    @model_validator(mode="after")
    def _one_way(self) -> "HaproxyBalancer":
        if (self.socket is None) == (self.address is None):
            raise wrong("either socket or address", "say in one way how it is reached")
        if self.socket is not None and self.on is None:
            raise wrong("the host that has the socket", "add `on`", finding="none", at="on")
        if self.address is not None and self.on is not None:
            raise wrong("no host, for this machine asks at the address", "take `on` out", at="on")
        return self


class NginxBalancer(Noun):
    """nginx by the file of its upstream on the inventory host `on`: a server's line gets `down`, and nginx reloads."""

    on: HostName
    file: AbsolutePath
    server: ServerPattern
    test: Argv = ("nginx", "-t")
    reload: Argv = ("systemctl", "reload", "nginx")


class CommandBalancer(Noun):
    """Any balancer by commands, on the inventory host `on` or on this machine; `{host}` and `{address}` are replaced.

    `state` prints `in`, `out` or `draining`, and after it, where it knows, the number of open connections.
    """

    on: HostName | None = None
    drain: Argv
    give_back: Argv
    state: Argv


class HttpCall(Noun):
    """A call of a balancer's interface, from this machine; its answer must have this status.

    Headers, credentials and authority are as those of an http check. `{host}` and `{address}` in `url` are replaced.
    """

    url: Annotated[str, Field(pattern=r"^https?://"), AfterValidator(without_password)]
    method: Literal["GET", "POST", "HEAD"] = "POST"
    status: Annotated[int, Field(ge=100, le=599)] = 200
    timeout: PositiveSeconds = 5.0
    headers: Annotated[dict[HeaderName, HeaderValue], AfterValidator(without_secrets)] = {}
    basic_auth: CredentialFile | None = None
    bearer: CredentialFile | None = None
    ca_file: Text | None = None

    @model_validator(mode="after")
    def _one_authorization(self) -> Self:
        if self.basic_auth is not None and self.bearer is not None:
            raise wrong("one of `basic_auth` and `bearer`", "take one out", finding="both", at="bearer")
        return self

    @property
    def check(self) -> HttpCheck:
        """The call as a check, which is asked once."""
        return HttpCheck(**{name: getattr(self, name) for name in type(self).model_fields})

    @property
    def files(self) -> dict[str, str]:
        """The files of this machine that it needs, by field."""
        return self.check.files


class HttpQuestion(HttpCall):
    """A call that changes nothing: what passes when a host is out, or in. It is asked again until `within` of the rotation."""

    method: Literal["GET", "POST", "HEAD"] = "GET"
    contains: Text | None = None


class HttpBalancer(Noun):
    """A balancer with an HTTP interface: calls that change the rotation, and what is asked to see that a host is out or in."""

    drain: HttpCall
    give_back: HttpCall
    is_out: HttpQuestion
    is_in: HttpQuestion

    @property
    def calls(self) -> dict[str, HttpCall]:
        """All four, by field."""
        return {"drain": self.drain, "give_back": self.give_back, "is_out": self.is_out, "is_in": self.is_in}


_KINDS = ("haproxy", "nginx", "command", "http")


class Balancer(Noun):
    """One balancer: exactly one of its kinds."""

    haproxy: HaproxyBalancer | None = None
    nginx: NginxBalancer | None = None
    command: CommandBalancer | None = None
    http: HttpBalancer | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Balancer":
        if sum(getattr(self, kind) is not None for kind in _KINDS) != 1:
            raise wrong(f"one of {', '.join(_KINDS)}", "make each a balancer of its own")
        return self

    @property
    def kind(self) -> str:
        """The kind that it is."""
        return next(kind for kind in _KINDS if getattr(self, kind) is not None)

    @property
    def on(self) -> str | None:
        """The inventory host on which it is reached, if any."""
        kinds = (self.haproxy, self.nginx, self.command)
        return next((kind.on for kind in kinds if kind is not None), None)

    @property
    def title(self) -> str:
        """What it is called in the record."""
        if self.haproxy is not None:
            return f"haproxy {self.haproxy.backend}"
        if self.nginx is not None:
            return f"nginx {self.nginx.file}"
        return "command" if self.command is not None else "http"


def for_host(pattern: str, target: Target) -> str:
    """A pattern of a balancer with the host's name and address."""
    return pattern.replace("{host}", target.host).replace("{address}", target.address)


class Rotation(Noun):
    """Section 4: hosts leave the rotation of every balancer before they are touched, and come back when they are verified.

    `at_most_out`: how many hosts of the stage may be out at one time, whoever took them out (default: the largest wave).
    `within`: how long a host may take to be seen out with no connection left, or to be seen in again.
    """

    balancers: Annotated[tuple[Balancer, ...], Field(strict=False, min_length=1, max_length=16)]
    at_most_out: HostLimit | None = None
    within: PositiveSeconds = 60.0


def rotation_of(value: Any) -> Any:
    """A Rotation from one balancer, or from a list of them."""
    if isinstance(value, (list, tuple)):
        return {"balancers": list(value)}
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _KINDS:
        return {"balancers": [value]}
    return value


PlannedRotation = Annotated[
    Rotation,
    BeforeValidator(
        rotation_of,
        json_schema_input_type=Rotation
        | Balancer
        | Annotated[list[Balancer], Field(min_length=1, max_length=16)],
    ),
]
