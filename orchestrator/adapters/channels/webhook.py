"""Webhooks: one POST, signed as Standard Webhooks 1.0 says (github.com/standard-webhooks), or in the form of Slack or Teams."""

import http.client
import json
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import JsonValue

from orchestrator.adapters.channels.chat_forms import slack_form, teams_form
from orchestrator.adapters.channels.secret_values import secret_value
from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.authority.webhook_signature import ID, SIGNATURE, TIMESTAMP, key_of, signature_of
from orchestrator.domain.rules.channels import HookUrl, Secret, WebhookChannel
from orchestrator.engine.messaging_ports import Message


def send_webhook(
    channel: WebhookChannel, message: Message, run: RunProgram, seconds: float, now: datetime
) -> str:
    """Post it once; redirections are not followed. Returns why the receiver did not take it, without its URL or its words."""
    try:
        body = _body(channel, message, now)
        headers = {"Content-Type": "application/json", "User-Agent": "orch"}
        if channel.secret is not None:
            headers |= signature_headers(key_of(secret_value(channel.secret, run)), message.id, now, body)
        status = _post(_url(channel.url, run), body, headers, channel.ca_file, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return _words(error)
    return "" if 200 <= status < 300 else f"the receiver answered {status}"


def signature_headers(key: bytes, message: str, now: datetime, body: bytes) -> dict[str, str]:
    """Id, timestamp and signature."""
    stamp = str(int(now.timestamp()))
    return {ID: message, TIMESTAMP: stamp, SIGNATURE: signature_of(key, message, stamp, body)}


def _body(channel: WebhookChannel, message: Message, now: datetime) -> bytes:
    match channel.format:
        case "slack":
            form: dict[str, JsonValue] = slack_form(message.text)
        case "teams":
            form = teams_form(message.text)
        case "json":
            form = {
                "type": f"deployment.{message.moment.replace(' ', '_')}",
                "timestamp": now.isoformat(),
                "data": {
                    **message.facts,
                    "subject": message.text.subject,
                    "text": message.text.body,
                    "to": [*message.to],
                },
            }
    return json.dumps(form, ensure_ascii=False).encode()


def _url(url: HookUrl | Secret, run: RunProgram) -> str:
    return secret_value(url, run) if isinstance(url, Secret) else url


def _post(url: str, body: bytes, headers: dict[str, str], ca_file: str | None, seconds: float) -> int:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the file of the URL does not hold one")
    connection = _connection(parts.scheme, parts.hostname, parts.port, ca_file, seconds)
    try:
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection.request("POST", target, body=body, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _connection(
    scheme: str, host: str, port: int | None, ca_file: str | None, seconds: float
) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=seconds)
    file = None if ca_file is None else str(expanded(ca_file))
    context = ssl.create_default_context(cafile=file)
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=context)


def _words(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return "the certificate of the receiver cannot be verified"
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str() as words):
            return f"no answer: {words}"
        case http.client.InvalidURL():
            return "the URL is not one that can be asked"
        case http.client.HTTPException():
            return "the receiver does not speak HTTP as expected"
    return str(error)
