"""Names of hosts in a sentence, and what their standings are called."""

from collections.abc import Sequence

from orchestrator.domain.deployment.standing import StandingName

NAMED = 8
"""The most hosts that a sentence names; of more, the first ones and the number of the others."""


def hosts_words(hosts: Sequence[str]) -> str:
    """Hosts by name, such as `web1, web2 and web3`; of many the first ones and the number of the others."""
    if len(hosts) > NAMED:
        return f"{', '.join(hosts[:NAMED])} and {len(hosts) - NAMED} more"
    if len(hosts) < 2:
        return "".join(hosts) or "no host"
    return f"{', '.join(hosts[:-1])} and {hosts[-1]}"


STANDING_WORDS: dict[StandingName, str] = {
    "untouched": "not touched",
    "acted_on": "acted on for others",
    "due": "due in this stage",
    "to_retry": "to be tried again",
    "deploying": "deploying",
    "deployed": "deployed, not yet verified",
    "verified": "verified",
    "failed": "failed",
    "unknown": "unknown",
    "excluded": "excluded",
    "unreached": "not reached",
    "backing_out": "backing out",
    "backed_out": "backed out, not yet proved",
    "restored": "equal to the baseline",
    "residue": "different from the baseline",
    "backout_failed": "backout not proved",
}
