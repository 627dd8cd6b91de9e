"""What a message can say of its deployment: facts in words, each on one line of bounded length."""

from datetime import datetime

from pydantic import JsonValue

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.deployment.messages import OwedMessage
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.summary import plain_words

LINE = 500
HOSTS = 50
"""Names of hosts that a message lists; `host_count` is the number of all."""


def message_facts(d: Deployment, message: OwedMessage) -> dict[str, JsonValue]:
    """The facts of one message; empty text or an empty list where there is none."""
    reached, release = message.reached, d.plan.release
    wave = d.waves[reached.wave] if reached.wave is not None and reached.wave < len(d.waves) else None
    hosts = wave.hosts if wave is not None else d.hosts
    return {
        "deployment": d.id,
        "release": release.name,
        "version": release.version,
        "service": plain(release.service or "", LINE),
        "environment": d.plan.resources.environment,
        "purpose": plain(d.plan.purpose, LINE),
        "audience": plain(message.audience, LINE),
        "moment": reached.moment,
        "at": _utc(reached.at),
        "reason": plain(reached.reason, LINE),
        "wave": plain(wave.name, LINE) if wave is not None else "",
        "wave_number": 0 if reached.wave is None else reached.wave + 1,
        "wave_count": len(d.waves),
        "hosts": [plain(host, 253) for host in hosts[:HOSTS]],
        "host_count": len(hosts),
        "starts": _utc(d.schedule.starts),
        "review_by": _utc(d.follow_up.review_by),
        "state": d.state.value,
        "summary": [plain(line, LINE) for line in plain_words(d)],
        "by": plain(d.by, LINE),
    }


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
