"""What tasks answered, in short: to the fence, to the closing play, and where they failed."""

from __future__ import annotations

import hashlib
import re
from typing import Any

_MESSAGE_LIMIT = 600
_FENCE = re.compile(
    r"^orch fence (ok|newer|other|machine|house|failed) ([0-9A-Za-z-]{1,64}) end\r?$", re.MULTILINE
)
_WHY_UNFENCED = {
    "lock": "/var/lib/orch/epoch.lock cannot be locked",
    "unreadable": "/var/lib/orch/epoch holds no number",
    "write": "/var/lib/orch/epoch cannot be written",
    "house": "/var/lib/orch/house cannot be read or written",
}


def fence(kind: str, answer: dict[str, Any]) -> tuple[str, str]:
    """What the host answered to the epoch; `ok` only where it said so itself."""
    fence_lines = _FENCE.findall(str(answer.get("stdout") or "")[:10000])
    word, reason = fence_lines[-1] if fence_lines else ("", "")
    if kind == "ok":
        return ("ok", reason) if word == "ok" else ("failed", "the host did not answer")
    if kind == "failed" and word in ("newer", "other", "machine", "house"):
        return word, reason
    if word == "failed":
        return word, _WHY_UNFENCED.get(reason, reason)
    # There is a terminal, so what sudo complains of comes with the output.
    lines = str(answer.get("stdout") or "").strip().splitlines() if kind == "failed" else []
    return "failed", lines[-1][:_MESSAGE_LIMIT] if lines else ""


def message(answer: dict[str, Any]) -> str:
    """Why a task failed, not yet cut to what is kept of it; nothing of it where `no_log` is set."""
    if "censored" in answer:
        return "(hidden by no_log)"
    items = [item for item in answer.get("results") or [] if isinstance(item, dict)]
    failed = next((item for item in items if item.get("failed") or item.get("unreachable")), None)
    if failed is not None and failed is not answer:
        return message(failed)
    words = shorter(str(answer.get("msg") or answer.get("reason") or "").strip())
    parts = [words, *_last_line(answer)]
    if answer.get("rc") not in (None, 0):
        parts.append(f"exit code {answer['rc']}")
    return "; ".join(part for part in parts if part)


def _last_line(answer: dict[str, Any]) -> list[str]:
    """What a program said last. `script` gives it a terminal: then its errors are in the output, and only ssh speaks here."""
    for key in ("stderr", "module_stderr", "stdout"):
        lines = [line.strip() for line in str(answer.get(key) or "").splitlines()]
        lines = [line for line in lines if line and not _PARTING.fullmatch(line)]
        parted = key != "stdout" or _PARTING.search(str(answer.get("stderr") or "")) is not None
        if lines and parted:
            return [lines[-1]]
    return []


_PARTING = re.compile(r"Shared connection to \S+ closed\.")


def shorter(message: str) -> str:
    """Without the words that Ansible puts before every failure; of ssh's banners, the fact that counts."""
    if "Host key verification failed" in message or "HOST IDENTIFICATION HAS CHANGED" in message:
        return "host key verification failed: the host's key is not the one that is pinned for it"
    for before in (
        "Task failed: ",
        "Module failed: ",
        "Action failed: ",
        "Failed to connect to the host via ssh: ",
    ):
        message = message.removeprefix(before)
    return message


def identity(answer: dict[str, Any]) -> str:
    """A digest of what only one machine answers; empty when the host answered nothing that identifies it."""
    words = str(answer.get("stdout") or "")[:1000].split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32] if len(words) >= 2 else ""


def is_rescued(task: Any) -> bool:
    """Whether a failing task stands in the body of a block that has a rescue section."""
    child, parent = task, getattr(task, "_parent", None)
    while parent is not None:
        body = [part._uuid for part in getattr(parent, "block", None) or []]
        if getattr(parent, "rescue", None) and child._uuid in body:
            return True
        child, parent = parent, getattr(parent, "_parent", None)
    return False
