"""What events change in the attempts of a deployment: each function gives all of its attempts as they are then."""

from orchestrator.domain.deployment import Attempted, Deployment


def with_attempt(d: Deployment, name: str, **update: object) -> tuple[Attempted, ...]:
    """One attempt changed."""
    return tuple(
        attempt.model_copy(update=update) if attempt.attempt == name else attempt for attempt in d.attempts
    )


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
