"""What of vaulted values cannot be kept secret: too short to be redacted, or written into the plan in clear."""

from collections.abc import Iterator
from typing import Any

from orchestrator.domain.plan.inspection import Vaulted, redactor_of
from orchestrator.domain.plan.objection import Objection
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.text.redaction import SHORTEST, too_short
from orchestrator.errors import Fault

_EXPECTED = f"a vaulted value of at least {SHORTEST} characters"


def short_values(vaulted: Vaulted) -> list[Fault]:
    """A warning for each vaulted value that is too short to be redacted, by its variable and file, never by the value."""
    return [
        Fault(
            value.file,
            None,
            value.name,
            _EXPECTED,
            "a shorter one, which is not redacted where a run or a host shows it",
            "make it longer, or know that it can be seen",
        )
        for value in vaulted.values
        if too_short(value.value)
    ]


def in_clear(plan: ReleasePlan, vaulted: Vaulted) -> list[Objection]:
    """A warning for each text of the plan that holds a vaulted value: plans are on the journal as they are written."""
    redactor = redactor_of(Vaulted(values=vaulted.values))
    if not redactor:
        return []
    return [
        Objection(
            path,
            "a text without vaulted values",
            "one that holds a vaulted value in clear, and plans are kept as they are",
            "take it out, or do not vault it",
        )
        for path, text in _texts("", plan.model_dump(mode="json"))
        if redactor(text) != text
    ]


def short_passed(vaulted: Vaulted) -> list[Objection]:
    """A warning for each variable passed to runs whose value is too short to be redacted, by its name."""
    return [
        Objection(
            "resources.pass_environment",
            f"values of at least {SHORTEST} characters",
            f"a shorter one in {name}, which is not redacted where a run or a host shows it",
            "make it longer, or know that it can be seen",
        )
        for name, value in vaulted.passed.items()
        if too_short(value)
    ]


def short_passwords(vaulted: Vaulted) -> list[Objection]:
    """A warning where the password of the vault itself is too short to be redacted."""
    return [
        Objection(
            "resources.vault_password_file",
            f"a password of at least {SHORTEST} characters",
            "a shorter one, which is not redacted where a run or a host shows it",
            "encrypt the values again with a longer one, or know that it can be seen",
        )
        for password in vaulted.passwords
        if too_short(password)
    ]


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(f"{path}.{key}".lstrip("."), item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(f"{path}[{number}]", item)
