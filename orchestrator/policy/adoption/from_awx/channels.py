"""Notification templates as channels: mail, without its password. Others are named."""

from __future__ import annotations

import re
from collections.abc import Mapping

from orchestrator.domain.adoption.awx_export import AwxReason, Tree
from orchestrator.policy.adoption.from_awx.ledger import Ledger
from orchestrator.policy.adoption.from_awx.resources import number_of, of_kind, text_of

_NAME = re.compile(r"[^a-z0-9]+")
_SERVER = re.compile(r"[A-Za-z0-9.-]{1,253}")
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


def channels_text(ledger: Ledger) -> str | None:
    """The file; None where no template is mail."""
    entries: dict[str, str] = {}
    for path, item in of_kind(ledger.export, "notification_templates"):
        settings = item.get("notification_configuration")
        entry = (
            _mail(settings)
            if text_of(item, "notification_type") == "email" and isinstance(settings, dict)
            else None
        )
        if entry is None:
            ledger.left_out(path, AwxReason.OTHER_CHANNEL, text_of(item, "notification_type"))
            continue
        name = _NAME.sub("-", text_of(item, "name").lower()).strip("-")[:40] or "mail"
        while name in entries:
            name += "-2"
        entries[name] = f"  {name}:\n{entry}"
        ledger.person(path, AwxReason.CHANNEL, name)
    if not entries:
        return None
    head = "# Written by `orch init` from an AWX export. Its place is channels.yml of the house.\norch: 1\nchannels:\n"
    return head + "".join(entries.values())


def _mail(settings: Mapping[str, Tree]) -> str | None:
    server, sender = text_of(settings, "host"), text_of(settings, "sender")
    tls = (
        "tls"
        if settings.get("use_ssl") is True
        else "starttls"
        if settings.get("use_tls") is True
        else "none"
    )
    port = number_of(settings, "port") or {"tls": 465, "starttls": 587, "none": 25}[tls]
    if not _SERVER.fullmatch(server) or not _ADDRESS.fullmatch(sender) or not 0 < port < 65536:
        return None
    lines = [f"server: {server}", f"port: {port}", f"tls: {tls}", f"from: {sender}"]
    if text_of(settings, "username"):
        if tls == "none":
            return None
        lines += ["# CHANGE: files with the name to log in with and the password, which orch reads and copies nowhere.",
                  "user: {file: /etc/orch/mail-user}", "password: {file: /etc/orch/mail-password}"]  # fmt: skip
    return "    mail:\n" + "".join(f"      {line}\n" for line in lines)
