"""Checks declared in a plan: what must hold on a host before it is touched, and after (ITIL 4 tables 5.1 and 5.2).

In YAML a check is a mapping with one key that names its kind, and beside it, where wanted, `title`, `within`, `every`,
`soak_within` and `on`: `- http: {url: "http://{address}:8080/", contains: "2.4.0"}`. A bare value stands for the main field
of its kind: `- unit: shop`.
`{host}` and `{address}` in `url`, `run` and `path` are replaced with the host's inventory name and address.
"""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    model_validator,
)

from orchestrator.domain.plan.check_base import CheckBase
from orchestrator.domain.plan.http_fields import (
    CredentialFile,
    HeaderName,
    HeaderValue,
    files_of,
    one_authorization,
    without_credentials,
    without_password,
    without_secrets,
)
from orchestrator.domain.plan.module_check import ModuleCheck
from orchestrator.domain.text.canonical import Since
from orchestrator.domain.text.model_base import (
    Bytes,
    HostName,
    Many,
    Noun,
    Port,
    PositiveSeconds,
    Seconds,
    Sha256,
    Text,
)
from orchestrator.domain.text.names import BY_HAND
from orchestrator.domain.text.validation_error import exactly, meant, wrong

__all__ = ["CheckBase", "ModuleCheck"]

Origin = Literal["controller", "target"]
Answer = Literal["passed", "failed", "inconclusive"]


class HttpCheck(CheckBase):
    """An HTTP answer with this status, and this text in its body.

    `headers` and credentials go to the URL's own scheme, host and port only. A `Host` header names a virtual host, whose
    certificate is expected too. Certificates are verified against `ca_file` where there is one, else against this machine's
    authorities. `redirects`: `say` the redirection, which is then the answer, or `follow` it.
    """

    kind: Literal["http"] = "http"
    main: ClassVar[str] = "url"
    url: Annotated[str, Field(pattern=r"^https?://"), AfterValidator(without_password)]
    method: Literal["GET", "HEAD", "POST"] = "GET"
    status: Annotated[int, Field(ge=100, le=599)] = 200
    contains: Text | None = None
    timeout: PositiveSeconds = 5.0
    origin: Origin = "controller"
    headers: Annotated[dict[HeaderName, HeaderValue], AfterValidator(without_secrets), Since("0.2")] = {}
    basic_auth: Annotated[CredentialFile | None, Since("0.2")] = None
    bearer: Annotated[CredentialFile | None, Since("0.2")] = None
    ca_file: Annotated[Text | None, Since("0.2")] = None
    redirects: Annotated[Literal["say", "follow"], Since("0.2")] = "say"

    @model_validator(mode="after")
    def _one_authorization(self) -> Self:
        one_authorization(self.basic_auth, self.bearer)
        return self

    @property
    def files(self) -> dict[str, str]:
        """The files of this machine that it needs, by field."""
        return files_of(self.basic_auth, self.bearer, self.ca_file)


class TcpCheck(CheckBase):
    """A TCP port that answers (or, with `open: false`, does not)."""

    kind: Literal["tcp"] = "tcp"
    main: ClassVar[str] = "port"
    port: Port
    address: Text = "{address}"
    open: bool = True
    timeout: PositiveSeconds = 3.0
    origin: Origin = "controller"


class CommandCheck(CheckBase):
    """A shell command on the host that ends with this exit code and prints this text."""

    kind: Literal["command"] = "command"
    main: ClassVar[str] = "run"
    run: Text
    exit_code: Annotated[int, Field(ge=0, le=255)] = 0
    stdout_contains: Text | None = None
    become: bool = False
    timeout: PositiveSeconds = 30.0


class UnitCheck(CheckBase):
    """A systemd unit in this active state, and up without interruption for at least `up_for`.

    `steady_for`: for so long systemd has not restarted it by itself; a restart that somebody asked for is none.
    """

    kind: Literal["unit"] = "unit"
    main: ClassVar[str] = "name"
    name: Text
    state: Literal["active", "inactive", "failed", "absent"] = "active"
    enabled: bool | None = None
    up_for: Seconds = 0.0
    steady_for: Annotated[Seconds, Since("0.2")] = 0.0


class FileCheck(CheckBase):
    """A path with these attributes; attributes that are not given are not compared."""

    kind: Literal["file"] = "file"
    main: ClassVar[str] = "path"
    path: Annotated[str, Field(pattern=r"^/")]
    exists: bool = True
    type: Literal["file", "directory", "link"] | None = None
    mode: Annotated[str, Field(pattern=r"^0[0-7]{3,4}$")] | None = None
    owner: Text | None = None
    group: Text | None = None
    sha256: Sha256 | None = None
    target: Text | None = None
    contains: Text | None = None


class PackageCheck(CheckBase):
    """A package that is installed (or not), at a version that starts with this text."""

    kind: Literal["package"] = "package"
    main: ClassVar[str] = "name"
    name: Text
    installed: bool = True
    version: Text | None = None


class UserCheck(CheckBase):
    """A user account that exists (or not)."""

    kind: Literal["user"] = "user"
    main: ClassVar[str] = "name"
    name: Text
    exists: bool = True


class OsCheck(CheckBase):
    """The operating system's identity from os-release: ID, and VERSION_ID in one of these."""

    kind: Literal["os"] = "os"
    main: ClassVar[str] = "distribution"
    distribution: Text
    versions: Many[Text] = ()


class SpaceCheck(CheckBase):
    """Free bytes on the file system of a path."""

    kind: Literal["space"] = "space"
    path: Annotated[str, Field(pattern=r"^/")] = "/"
    free: Bytes


class MemoryCheck(CheckBase):
    """Available bytes of memory."""

    kind: Literal["memory"] = "memory"
    main: ClassVar[str] = "available"
    available: Bytes


class ClockCheck(CheckBase):
    """The host's clock differs from the controller's by at most so many seconds."""

    kind: Literal["clock"] = "clock"
    main: ClassVar[str] = "skew"
    skew: Seconds = 5.0


class BecomeCheck(CheckBase):
    """The login user can become this user without a password."""

    kind: Literal["become"] = "become"
    main: ClassVar[str] = "user"
    user: Text = "root"


class PythonCheck(CheckBase):
    """The interpreter that Ansible will use is at least this version."""

    kind: Literal["python"] = "python"
    main: ClassVar[str] = "minimum"
    minimum: Annotated[str, Field(pattern=r"^\d+(\.\d+){0,2}$")] = "3.8"


class PortCheck(CheckBase):
    """A TCP port on the host without a listener (`free`), or with one (`listening`)."""

    kind: Literal["port"] = "port"
    main: ClassVar[str] = "port"
    port: Port
    state: Literal["free", "listening"] = "free"


class RebootCheck(CheckBase):
    """No reboot is pending on the host (or one is)."""

    kind: Literal["pending_reboot"] = "pending_reboot"
    main: ClassVar[str] = "pending"
    pending: bool = False


class OtherDeploymentCheck(CheckBase):
    """No process of another deployment runs on the host."""

    kind: Literal["other_deployment"] = "other_deployment"
    main: ClassVar[str] = "running"
    running: Annotated[Literal[False], exactly(only=False)] = False


class TestinfraCheck(CheckBase):
    """A testinfra file of the user, run unchanged against each host."""

    __test__: ClassVar[bool] = False
    kind: Literal["testinfra"] = "testinfra"
    main: ClassVar[str] = "path"
    path: Text
    become: bool = False
    timeout: PositiveSeconds = 120.0


CHECK_KINDS: dict[str, type[CheckBase]] = {
    "http": HttpCheck,
    "tcp": TcpCheck,
    "command": CommandCheck,
    "unit": UnitCheck,
    "file": FileCheck,
    "package": PackageCheck,
    "user": UserCheck,
    "os": OsCheck,
    "space": SpaceCheck,
    "memory": MemoryCheck,
    "clock": ClockCheck,
    "become": BecomeCheck,
    "python": PythonCheck,
    "port": PortCheck,
    "pending_reboot": RebootCheck,
    "other_deployment": OtherDeploymentCheck,
    "testinfra": TestinfraCheck,
    "module": ModuleCheck,
}
SHARED = ("title", "within", "every", "soak_within", "on")


def spelled_out(value: Any, info: ValidationInfo) -> Any:
    """A check as written in YAML, expanded to its kind's fields; a value that cannot be read passes through to be refused."""
    if not isinstance(value, dict) or ("kind" in value and info.context != BY_HAND):
        return value
    kind = _one_kind(value)
    body = _body(kind, value[kind])
    beside = {key: value[key] for key in value if key != kind}
    for key in beside:
        if key in body:
            raise wrong(f"`{key}` once", f"keep it beside `{kind}`", finding="it twice", at=key)
    return {**beside, **body, "kind": kind}


def _one_kind(value: dict[Any, Any]) -> str:
    known = list(CHECK_KINDS)
    kinds = [key for key in value if key in CHECK_KINDS]
    if len(kinds) == 1:
        return str(kinds[0])
    if kinds:
        raise wrong(
            "one check kind",
            "make each a check of its own",
            finding=" and ".join(f"`{kind}`" for kind in kinds),
        )
    others = [str(key) for key in value if key not in SHARED]
    guess = next((word for word in (meant(key, known) for key in others) if word), None)
    finding = ", ".join(f"`{key}`" for key in others) or "none"
    raise wrong(
        "a check kind",
        f"did you mean `{guess}`?" if guess else f"use one of {', '.join(known)}",
        finding=finding,
    )


def _body(kind: str, body: Any) -> dict[Any, Any]:
    main = CHECK_KINDS[kind].main
    if body is None:
        return {}
    if isinstance(body, dict):
        if "kind" in body:
            raise wrong("no `kind`", "the key above it says the kind", finding="one", at=f"{kind}.kind")
        return body
    if not main:
        raise wrong(f"a mapping below `{kind}`", "write its fields below it", at=kind)
    return {main: body}


def _kind_of(value: Any) -> str | None:
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


Check = Annotated[
    Annotated[HttpCheck, Tag("http")]
    | Annotated[TcpCheck, Tag("tcp")]
    | Annotated[CommandCheck, Tag("command")]
    | Annotated[UnitCheck, Tag("unit")]
    | Annotated[FileCheck, Tag("file")]
    | Annotated[PackageCheck, Tag("package")]
    | Annotated[UserCheck, Tag("user")]
    | Annotated[OsCheck, Tag("os")]
    | Annotated[SpaceCheck, Tag("space")]
    | Annotated[MemoryCheck, Tag("memory")]
    | Annotated[ClockCheck, Tag("clock")]
    | Annotated[BecomeCheck, Tag("become")]
    | Annotated[PythonCheck, Tag("python")]
    | Annotated[PortCheck, Tag("port")]
    | Annotated[RebootCheck, Tag("pending_reboot")]
    | Annotated[OtherDeploymentCheck, Tag("other_deployment")]
    | Annotated[TestinfraCheck, Tag("testinfra")]
    | Annotated[ModuleCheck, Tag("module")],
    Discriminator(_kind_of),
    BeforeValidator(spelled_out),
]


class CheckResult(Noun):
    """The result of one check on one host, with what was expected and found; `inconclusive` is never a pass.

    `number`: the position of the check, counted from 0; for a component, that of the path. None for results without a check
    in the plan, such as `reachable`, and in journals from before checks had numbers.
    """

    host: HostName
    kind: str
    title: str
    answer: Answer
    expected: str
    found: str
    seconds: float
    number: Annotated[int, Field(ge=0)] | None = None


def title_of(check: CheckBase) -> str:
    """The check's own title, or its kind and main value."""
    kind = str(getattr(check, "kind", ""))
    if check.title is not None:
        return check.title
    main = getattr(check, check.main, "") if check.main else ""
    if isinstance(check, HttpCheck):
        main = without_credentials(check.url)
    return f"{kind} {main}".strip()
