"""What the answers of balancers say of a host: parsed strictly, and unknown where they make no sense."""

import re
from collections.abc import Mapping
from typing import Any

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.plan.load_balancer import HaproxyBalancer
from orchestrator.domain.text.plain_text import plain

MOST_CONNECTIONS = 10_000_000


def seen_by_haproxy(row: Mapping[str, str] | None, kind: HaproxyBalancer) -> Seen:
    """From its row of `show stat`."""
    if row is None:
        return Seen(state="unknown", words=f"backend {kind.backend} has no such server")
    status, current = plain(row.get("status") or "", 60), row.get("scur") or ""
    if not re.fullmatch(r"[0-9]{1,8}", current):
        return Seen(state="unknown", words=f"{status}, and it does not say how many sessions")
    sessions = int(current)
    words = f"{status}, {sessions} sessions"
    if status.startswith(("DRAIN", "MAINT", "DOWN", "NOLB")):
        return Seen(state="out", connections=sessions, words=words)
    state = "in" if status.startswith("UP") or status == "no check" else "unknown"
    return Seen.model_validate({"state": state, "connections": sessions, "words": words})


def seen_by_nginx(answer: Any, server: str) -> Seen:
    """From what nginx_file.py printed of it."""
    if not isinstance(answer, dict) or not isinstance(answer.get("down"), bool):
        return Seen(state="unknown", words=f"the upstream has no server {server}")
    count = answer.get("connections")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_CONNECTIONS:
        return Seen(state="unknown", words="it does not say how many connections")
    words = f"{'down' if answer['down'] else 'in the upstream'}, {count} connections"
    return Seen(state="out" if answer["down"] else "in", connections=count, words=words)


def seen_by_command(output: str) -> Seen:
    """From what a program printed."""
    words = output.split()
    states = {"in", "out", "draining"}
    if not words or words[0] not in states:
        return Seen(state="unknown", words=f"it printed {plain(output.strip(), 100) or 'nothing'}")
    count = int(words[1]) if len(words) > 1 and re.fullmatch(r"[0-9]{1,8}", words[1]) else None
    return Seen.model_validate({"state": words[0], "connections": count, "words": " ".join(words[:2])})
