"""The port of load balancers whose words hold no vaulted value; where hosts stand is as the balancer says."""

from collections.abc import Mapping, Sequence

from orchestrator.domain.evidence.rotation import Seen
from orchestrator.domain.journal.events.rotation import Way
from orchestrator.domain.plan.load_balancer import Balancer
from orchestrator.domain.plan.target import Target
from orchestrator.engine.balancing_ports import BalancerPlace, Balancers
from orchestrator.engine.redaction import Redaction


class RedactedBalancers(Balancers):
    """Balancers, asked as ever; while the vaulted values are not known, no word of theirs is kept."""

    def __init__(self, balancers: Balancers, redaction: Redaction) -> None:
        self._balancers, self._redaction = balancers, redaction

    def move(
        self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target], *, way: Way
    ) -> dict[str, str]:
        """See the port."""
        return self._redacted(self._balancers.move(balancer, place, targets, way=way))

    def look(self, balancer: Balancer, place: BalancerPlace, targets: Sequence[Target]) -> dict[str, Seen]:
        """See the port."""
        seen = self._balancers.look(balancer, place, targets)
        words = self._redacted({host: each.words for host, each in seen.items()})
        return {host: each.model_copy(update={"words": words[host]}) for host, each in seen.items()}

    def _redacted(self, words: Mapping[str, str]) -> dict[str, str]:
        if not any(words.values()):
            return dict(words)
        missing = self._redaction.missing()
        redact = self._redaction.redactor
        return {host: (missing or redact(each)) if each else each for host, each in words.items()}
