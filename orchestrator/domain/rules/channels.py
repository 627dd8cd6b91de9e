"""The channels of a house: by what a message reaches people, with the places of the secrets that this takes."""

from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from orchestrator.domain.plan.communication import Recipient
from orchestrator.domain.text.model_base import AtLeastOneText, Name, Noun, Port
from orchestrator.domain.text.validation_error import exactly, wrong

AbsolutePath = Annotated[str, Field(pattern=r"^(/|~/)[^\x00-\x1f]+$")]
ChannelKind = Literal["mail", "webhook", "apprise"]
ServerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9:][A-Za-z0-9.:-]{0,252}$")]


class Secret(Noun):
    """Where a secret is: a file with it on one line, or a command that prints it. It is read anew for each message."""

    file: AbsolutePath | None = None
    command: AtLeastOneText | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if (self.file is None) == (self.command is None):
            raise wrong("either file or command", "say in one way where the secret is")
        return self


class MailChannel(Noun):
    """Mail by SMTP. `tls`: from the beginning, after STARTTLS, or none. `sender` is written `from`."""

    server: ServerName
    port: Port
    tls: Literal["starttls", "tls", "none"]
    sender: Annotated[Recipient, Field(alias="from")]
    user: Secret | None = None
    password: Secret | None = None
    ca_file: AbsolutePath | None = None

    @model_validator(mode="after")
    def _secrets_are_encrypted(self) -> "MailChannel":
        if (self.user is None) != (self.password is None):
            raise wrong("user and password together", "say both or neither", finding="one without the other")
        if self.password is not None and self.tls == "none":
            raise wrong("tls, where a password is sent", "write `tls: starttls`", finding="none", at="tls")
        return self


def _url(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise wrong("a URL", "write it as https://HOST/PATH") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong("a URL that begins with https:// or http://", "write it as https://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise wrong("a URL without user and password", "put the whole URL into a file: `url: {file: ...}`")
    return url


HookUrl = Annotated[str, Field(pattern=r"^[\x21-\x7e]+$", max_length=2000), AfterValidator(_url)]


class WebhookChannel(Noun):
    """A POST to a URL. `json` is signed with `secret` (Standard Webhooks); for `slack` and `teams` the URL is one."""

    url: HookUrl | Secret
    format: Literal["json", "slack", "teams"] = "json"
    secret: Secret | None = None
    ca_file: AbsolutePath | None = None

    @model_validator(mode="after")
    def _signed(self) -> "WebhookChannel":
        if self.format == "json" and self.secret is None:
            move = "name a file that holds it: `secret: {file: ...}`"
            raise wrong("a secret that signs", move, finding="none", at="secret")
        if self.format != "json" and self.secret is not None:
            raise wrong(f"no secret for {self.format}", "remove it", finding="one", at="secret")
        if self.format != "json" and isinstance(self.url, str):
            move = "put it into a file: `url: {file: ...}`"
            raise wrong(f"a file, because who has the URL of {self.format} can post", move, at="url")
        return self


def _no_text(url: object) -> object:
    """Refuses a URL in clear without repeating it."""
    if isinstance(url, str):
        move = "put it into a file that others cannot read: `url: {file: ...}`"
        raise wrong("a file or a command, because the URL is a secret", move, finding="a text")
    return url


class AppriseChannel(Noun):
    """A service that apprise speaks. Its URL holds tokens or passwords, so it is never written here."""

    url: Annotated[Secret, BeforeValidator(_no_text, json_schema_input_type=Secret)]


class Channel(Noun):
    """One channel: mail, a webhook, or a service that apprise speaks."""

    mail: MailChannel | None = None
    webhook: WebhookChannel | None = None
    apprise: AppriseChannel | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Channel":
        if [self.mail, self.webhook, self.apprise].count(None) != len(get_args(ChannelKind)) - 1:
            raise wrong("one of mail, webhook and apprise", "a channel has one kind")
        return self

    @property
    def kind(self) -> ChannelKind:
        """Its one kind."""
        if self.apprise is not None:
            return "apprise"
        return "mail" if self.mail is not None else "webhook"


class HouseChannels(Noun):
    """The content of channels.yml; `orch` is the version of this format."""

    orch: Annotated[Literal[1], exactly(only=1)]
    channels: Annotated[dict[Name, Channel], Field(min_length=1)]
