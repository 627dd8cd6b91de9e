"""An environment in words: its name with its class."""

from orchestrator.domain.rules.environment import UNKNOWN


def placed_words(environment: str, environment_class: str | None) -> str:
    """Such as `emea (live)`; the name alone where no file knows any, and a plain word where only this one is unknown."""
    if environment_class is None:
        return environment
    return (
        f"{environment} ({environment_class if environment_class != UNKNOWN else 'an unknown environment'})"
    )
