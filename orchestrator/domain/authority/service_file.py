"""The settings of the service (service.yml): by what people log in, how long sessions last, and the provider of the house."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestrator.domain.authority.signing import ShownName
from orchestrator.domain.rules.channels import AbsolutePath, HookUrl, Secret
from orchestrator.domain.text.model_base import Many, Noun, PositiveSeconds, Text
from orchestrator.domain.text.validation_error import exactly, wrong

LONGEST_SESSION = 30 * 86400.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _issuer(url: str) -> str:
    """Encrypted, but for a provider on this machine (OpenID Connect Discovery, 3)."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise wrong("a URL that begins with https://", "write the issuer as the provider names itself")
    if parts.query or parts.fragment:
        raise wrong("a URL without ? and #", "write the issuer as the provider names itself")
    return url


def _no_text(secret: object) -> object:
    """Refuses a secret in clear without repeating it."""
    if isinstance(secret, str):
        move = "put it into a file that others cannot read: `client_secret: {file: ...}`"
        raise wrong("a file or a command", move, finding="a text")
    return secret


class Provider(Noun):
    """A provider of OpenID Connect, such as Keycloak or Entra ID. `issuer`: as the provider names itself.

    `groups`: the claim with the groups of a person. `newcomers`: whoever is in a group that has a role here is added at the
    first login (`by_group`), or only people whom an administrator linked come in (`linked`).
    """

    name: ShownName = "the provider of your house"
    issuer: Annotated[HookUrl, AfterValidator(_issuer)]
    client_id: Annotated[Text, Field(max_length=300)]
    client_secret: Annotated[
        Secret | None, BeforeValidator(_no_text, json_schema_input_type=Secret | None)
    ] = None
    scopes: Many[Annotated[str, Field(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,100}$")]] = (
        "openid",
        "profile",
        "email",
    )
    groups: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")] = "groups"
    newcomers: Literal["by_group", "linked"] = "by_group"
    ca_file: AbsolutePath | None = None

    @model_validator(mode="after")
    def _of_openid(self) -> "Provider":
        if "openid" not in self.scopes:
            raise wrong("openid among the scopes", "add it", at="scopes")
        return self


class LoginWays(Noun):
    """By what people log in. A passkey is added by whoever is logged in."""

    password: bool = True
    passkey: bool = True
    provider: Provider | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "LoginWays":
        if not self.password and self.provider is None:
            raise wrong(
                "password or provider", "a passkey alone lets nobody add the first one", at="password"
            )
        return self


class SessionLimits(Noun):
    """When a session is over: without use (`idle`), and in any case (`longest`)."""

    idle: Annotated[PositiveSeconds, Field(le=LONGEST_SESSION)] = 7200.0
    longest: Annotated[PositiveSeconds, Field(le=LONGEST_SESSION)] = 43200.0

    @model_validator(mode="after")
    def _in_order(self) -> "SessionLimits":
        if self.idle > self.longest:
            raise wrong("at most longest", "a session that is over cannot be idle", at="idle")
        return self


class TokenLimits(Noun):
    """What the tokens of programs may do beside reading, checking plans, pausing and holding; by default nothing.

    `start`: begin deployments, rehearsals and backouts; `schedule`: put them on the schedule. A token has to have that as a
    scope of its own too, and its person the right. Where keys are trusted, each is signed by a key all the same.
    """

    may: Many[Literal["start", "schedule"]] = ()


class ServiceFile(Noun):
    """The content of service.yml; `orch` is the version of this format. `projects`: folders whose plans can be used."""

    orch: Annotated[Literal[1], exactly(only=1)]
    login: LoginWays = LoginWays()
    sessions: SessionLimits = SessionLimits()
    projects: Many[AbsolutePath] = ()
    tokens: TokenLimits = TokenLimits()


UNSET = ServiceFile(orch=1)
"""What holds where there is no file."""
