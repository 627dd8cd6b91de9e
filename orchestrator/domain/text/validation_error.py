"""How a rule over a noun's fields reports a fault, so that the reader of the file learns what to do."""

from difflib import get_close_matches
from typing import Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_SHORTEST = 2


def wrong(expected: str, next_move: str, *, finding: str = "", at: str = "") -> PydanticCustomError:
    """The error to raise in a validator. `finding` replaces the value that is shown, `at` names the faulty field."""
    context = {"expected": expected, "next_move": next_move, "found": finding, "at": at}
    return PydanticCustomError("wrong", "expected {expected}; {next_move}", context)


def exactly(*, only: bool | int) -> BeforeValidator:
    """Refuses values that Python considers equal and YAML does not: true for 1, 0 for false."""
    words = f"`{str(only).lower()}`" if isinstance(only, bool) else str(only)

    def same(value: Any) -> Any:
        if value is not None and (type(value) is not type(only) or value != only):
            raise wrong(words, f"write {words}")
        return value

    return BeforeValidator(same)


def meant(key: str, known: list[str]) -> str | None:
    """The known word that a mistyped one stands for: the closest one, or the one that starts with it."""
    folded = {_folded(word): word for word in known}
    close = get_close_matches(_folded(key), list(folded), n=1, cutoff=0.6)
    begins = [word for word in folded if len(word) > _SHORTEST and _folded(key).startswith(word)]
    return next((folded[word] for word in [*close, *begins]), None)


def _folded(word: str) -> str:
    return word.casefold().replace("-", "_").replace(" ", "_")
