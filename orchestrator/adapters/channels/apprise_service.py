"""Services that apprise speaks (github.com/caronc/apprise), which is an extra: one URL, which is a secret, for each channel."""

import logging
from typing import TYPE_CHECKING

from orchestrator.adapters.channels.secret_values import secret_value
from orchestrator.adapters.extras import to_install
from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.domain.rules.channels import AppriseChannel
from orchestrator.engine.messaging_ports import Message

if TYPE_CHECKING:
    from apprise import AppriseAsset

_TALKERS = ("apprise", "requests", "urllib3")
"""Loggers whose lines can hold the URL, or what a service answered."""


def send_by_apprise(channel: AppriseChannel, message: Message, run: RunProgram, seconds: float) -> str:
    """Send it once. Returns why not, without any word of apprise or the service: these can repeat the URL."""
    try:
        url = secret_value(channel.url, run)
    except ValueError as error:
        return str(error)
    try:
        import apprise
    except ImportError:
        return f"apprise is not installed where orch is: {to_install('apprise')}"
    _silence()
    service = apprise.Apprise.instantiate(url, asset=_careful(seconds), suppress_exceptions=True)
    if not isinstance(service, apprise.NotifyBase):
        return "the file or command of the URL gives none that apprise knows"
    kinds = {"failure": apprise.NotifyType.FAILURE, "backout": apprise.NotifyType.WARNING}
    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    result = sender.notify(
        title=message.text.subject,
        body=message.text.body,
        notify_type=kinds.get(message.moment, apprise.NotifyType.INFO),
        # So that a service which reads markup gets the text escaped, as far as apprise does that for it.
        body_format=apprise.NotifyFormat.TEXT,
        interpret_escapes=False,
    )
    return "" if result else f"apprise could not send it by {type(service).__name__.removeprefix('Notify')}"


def _careful(seconds: float) -> "AppriseAsset":
    """What apprise may do: nothing is written to disk, no redirection followed, no text read as a template."""
    import apprise

    asset = apprise.AppriseAsset(
        storage_mode="memory", allow_templates=False, secure_logging=True, service_timeout=seconds
    )
    asset.async_mode = False
    asset.http_redirects = False
    asset.pem_autogen = asset.pgp_autogen = False
    return asset


def _silence() -> None:
    """Python writes warnings of libraries to standard error where nobody listens; these could hold a secret."""
    for name in _TALKERS:
        talker = logging.getLogger(name)
        talker.propagate = False
        talker.handlers = [logging.NullHandler()]
