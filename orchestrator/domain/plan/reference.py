"""References from a release to requests for change, known errors, problems and incidents (ISO/IEC 20000-1 8.2, 9.2, 9.3)."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import model_validator

from orchestrator.domain.text.model_base import Noun, Text
from orchestrator.domain.text.validation_error import wrong

ReferenceKind = Literal["request for change", "known error", "problem", "incident"]
Effect = Literal[
    "implements",
    "partly implements",
    "fixes",
    "works around",
    "introduces",
    "resolves",
    "mitigates",
    "investigates",
]

EFFECTS: Mapping[ReferenceKind, tuple[Effect, ...]] = {
    "request for change": ("implements", "partly implements"),
    "known error": ("fixes", "works around", "introduces"),
    "problem": ("resolves", "mitigates", "investigates"),
    "incident": ("resolves", "works around"),
}
"""What a release may do to each kind. The first effect is the usual one, and the only one after which it can be closed."""


class Reference(Noun):
    """One referenced record, and what the release does to it; without `effect` the usual one of its kind.

    `title` says what it is about, `note` what must be known of it, such as the workaround.
    """

    kind: ReferenceKind
    id: Text
    effect: Effect | None = None
    title: Text | None = None
    note: Text | None = None

    @property
    def does(self) -> Effect:
        """What the release does to it."""
        return self.effect or EFFECTS[self.kind][0]

    @property
    def closes(self) -> bool:
        """Whether it can be closed once the release is deployed."""
        return self.does == EFFECTS[self.kind][0]

    @model_validator(mode="after")
    def _effect_fits(self) -> "Reference":
        fitting = EFFECTS[self.kind]
        if self.does not in fitting:
            expected = f"{' or '.join(fitting)}, for a {self.kind}"
            raise wrong(expected, "choose one of them", finding=self.does, at="effect")
        return self


def short_references(
    requests: Iterable[str], known_errors: Iterable[str], problems: Iterable[str], incidents: Iterable[str]
) -> tuple[Reference, ...]:
    """References of the short form, which has the ids alone."""
    kinds: tuple[tuple[ReferenceKind, Iterable[str]], ...] = (
        ("request for change", requests),
        ("known error", known_errors),
        ("problem", problems),
        ("incident", incidents),
    )
    return tuple(Reference.of_valid(kind=kind, id=each) for kind, ids in kinds for each in ids)
