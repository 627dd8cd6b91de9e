"""What events change in the attempts of a deployment, and what these tell of its hosts."""

from orchestrator.domain.deployment import Attempted, Deployment, StandingName, latest_outcomes


def with_attempt(d: Deployment, name: str, **update: object) -> tuple[Attempted, ...]:
    """All of them, with one changed."""
    return tuple(
        attempt.model_copy(update=update) if attempt.attempt == name else attempt for attempt in d.attempts
    )


def unapproved(d: Deployment) -> tuple[Attempted, ...]:
    """Deploy attempts that may have run what nobody approved, on hosts that still count; no person has spoken since."""
    return tuple(
        a
        for a in d.attempts
        if a.changed_in_copy and a.purpose == "deploy" and not a.answered and _counting(d, a)
    )


def tried_again(d: Deployment) -> dict[str, tuple[StandingName, str]]:
    """How hosts stand after the word to try again.

    In a wave its own hosts are deployed to again, also where what ran may not be what was approved, whatever came of it;
    after it the checks are asked again, of hosts where it was done.
    """
    failure = d.failure
    if failure is None:
        hosts = {host for attempt in unapproved(d) for host in _counting(d, attempt)}
        return {host: ("to_retry", "") for host in d.waves[d.wave].hosts if host in hosts}
    if failure.stage not in ("soak", "early_life"):
        return {h: ("to_retry", "") for h in failure.hosts if d.standings[h].wave == d.wave}
    outcomes = latest_outcomes(a for a in d.attempts if a.purpose == "deploy")
    return {h: ("verified", "") for h in failure.hosts if h in outcomes and outcomes[h].result == "done"}


def _counting(d: Deployment, attempt: Attempted) -> tuple[str, ...]:
    return tuple(host for host in attempt.hosts if d.standings[host].standing != "excluded")


def looked_at_anew(d: Deployment) -> tuple[Attempted, ...]:
    """Every answer of a person lets hosts be asked once more that were busy, or gave no answer."""
    anew = {"quiesced": False, "busy": (), "unseen": (), "wait": None}
    return tuple(a.model_copy(update=anew) if a.busy or a.unseen or a.wait else a for a in d.attempts)


def answered(d: Deployment) -> tuple[Attempted, ...]:
    """The same, where the answer is also one to what hosts refused: a person knows of it now."""
    return tuple(a.model_copy(update={"answered": True}) for a in looked_at_anew(d))


def waited_for_anew(d: Deployment) -> tuple[Attempted, ...]:
    """Hosts without an answer are asked from the beginning: the patience that was promised no longer holds."""
    return tuple(a.model_copy(update={"wait": None}) if a.wait else a for a in d.attempts)
