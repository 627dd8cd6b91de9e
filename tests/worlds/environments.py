"""Environments as files of a project or of the house say them."""

from typing import Any

from orchestrator.domain.rules.environment import Environment, EnvironmentFile


def file(environment: str = "live", *, house: bool = False, **words: Any) -> EnvironmentFile:
    """A file that says so of an environment, whose class has its name unless the words say otherwise."""
    usual = {
        "orch": 1,
        "environment": environment,
        "title": "An environment",
        "class": environment,
        "owner": "service owner",
    }
    return EnvironmentFile(
        Environment.model_validate({**usual, **words}), f"environments/{environment}.yml", house
    )
