"""Mail by SMTP (RFC 5321): plain text, with the id of the message as its Message-ID."""

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from orchestrator.adapters.channels.secret_values import secret_value
from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.rules.channels import MailChannel
from orchestrator.engine.messaging_ports import Message


def send_mail(channel: MailChannel, message: Message, run: RunProgram, seconds: float, now: datetime) -> str:
    """Send it once. Returns why not: with the code of the server, and none of its words, which can repeat what was sent."""
    if not message.to:
        return "the plan names no recipient (`to`)"
    try:
        user = None if channel.user is None else secret_value(channel.user, run)
        password = None if channel.password is None else secret_value(channel.password, run)
        with _connected(channel, seconds) as server:
            if user is not None and password is not None:
                server.login(user, password)
            refused = server.send_message(mail_of(channel, message, now), channel.sender, list(message.to))
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return _words(error)
    return f"refused for {', '.join(sorted(refused))}" if refused else ""


def mail_of(channel: MailChannel, message: Message, now: datetime) -> EmailMessage:
    """The mail; `Auto-Submitted` keeps out-of-office notes from answering (RFC 3834)."""
    mail = EmailMessage()
    mail["From"] = channel.sender
    mail["To"] = ", ".join(message.to)
    mail["Subject"] = message.text.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{channel.sender.partition('@')[2] or 'orch'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text.body)
    return mail


def _connected(channel: MailChannel, seconds: float) -> smtplib.SMTP:
    if channel.tls == "tls":
        return smtplib.SMTP_SSL(channel.server, channel.port, timeout=seconds, context=_trusting(channel))
    server = smtplib.SMTP(channel.server, channel.port, timeout=seconds)
    try:
        if channel.tls == "starttls":
            server.starttls(context=_trusting(channel))
    except BaseException:
        server.close()
        raise
    return server


def _trusting(channel: MailChannel) -> ssl.SSLContext:
    file = None if channel.ca_file is None else str(expanded(channel.ca_file))
    return ssl.create_default_context(cafile=file)


def _words(error: Exception) -> str:
    match error:
        case smtplib.SMTPException():
            return _words_of_server(error)
        case ssl.SSLCertVerificationError():
            return "the certificate of the server cannot be verified"
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str() as words):
            return f"no answer: {words}"
    return str(error)


def _words_of_server(error: smtplib.SMTPException) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return "the server refused user and password"
        case smtplib.SMTPServerDisconnected():
            return "no answer, or the connection was cut"
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            return f"the server refused {', '.join(sorted(refused))}"
        case smtplib.SMTPResponseException(smtp_code=code):
            return f"the server answered {code}"
    return "the server does not speak SMTP as expected"
