"""Names as people read them: of people, roles, releases and environments.

Two spellings that read alike are one name (Unicode UAX #15 and its case folding). A name that misleads its reader is refused
where a person writes it: with characters that cannot be seen, or with letters of scripts that imitate one another (UTS #39).
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from orchestrator.domain.text.lookalikes import imitated
from orchestrator.domain.text.model_base import Text
from orchestrator.domain.text.validation_error import wrong

BY_HAND = "written by hand"
"""The validation context of what a person writes: there names must be readable. Journals of earlier versions hold any."""

_ONE_FORM = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u02bb\u02b9\u00b4`\u2032", "'")
    | dict.fromkeys("\u2010\u2012\u2013\u2014\u2212", "-")
)
"""Apostrophes and hyphens, as different keyboards write them."""
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(number) for first, last in ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF)) for number in range(first, last + 1)
}
"""Fillers, joiners and variation selectors that Unicode counts among letters, marks and symbols."""
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
"""Scripts that one word may mix, as Japanese and Korean do."""
_IMITATING = frozenset(
    {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "GEORGIAN", "DESERET", "GLAGOLITIC"}
)
"""Scripts with letters in the shape of Latin ones, and of each other's."""


@lru_cache(maxsize=4096)
def as_read(text: str) -> str:
    """The text without what readers ignore: case, Unicode form, width, the kind of apostrophe and hyphen, extra spaces."""
    if text.isascii():
        return " ".join(text.replace("`", "'").casefold().split())
    compatible = unicodedata.normalize(
        "NFKC", unicodedata.normalize("NFKC", text.translate(_ONE_FORM)).casefold()
    )
    return " ".join(compatible.translate(_ONE_FORM).split())


def same_name(name: str, other: str) -> bool:
    """Whether two texts are one name to a reader."""
    return name == other or as_read(name) == as_read(other)


def is_among(name: str, names: Iterable[str]) -> bool:
    """Whether a name is one of these, to a reader."""
    return any(same_name(name, other) for other in names)


def looks_like(name: str, other: str) -> bool:
    """Whether two different names are written with letters of the same shapes."""
    return not same_name(name, other) and not imitated(name).isdisjoint(imitated(other))


def imitation_of(name: str, names: Iterable[str]) -> str | None:
    """The first of these names that this one looks like without being it."""
    return next((other for other in names if looks_like(name, other)), None)


@lru_cache(maxsize=1024)
def misleading(name: str) -> tuple[str, str, str] | None:
    """What is expected, what was found and what to do, where a name misleads its reader; None where it does not."""
    if name.isascii() and name.isprintable():
        return None
    return _unseen(name) or _mixed(unicodedata.normalize("NFKC", name))


def _unseen(name: str) -> tuple[str, str, str] | None:
    for place, character in enumerate(name):
        lone_mark = place == 0 and unicodedata.category(character).startswith("M")
        if character in _UNSEEN or unicodedata.category(character) in _UNSEEN_CATEGORIES or lone_mark:
            finding = f"{_named(character)} at character {place + 1}"
            return "a name in which every character can be seen", finding, "remove that character"
    return None


def _mixed(name: str) -> tuple[str, str, str] | None:
    """Letters of several scripts: one word mixes none, and no name mixes scripts that imitate one another."""
    by_script = _scripts(name)
    if len(by_script) < 2 or by_script.keys() == {"LATIN", "EAST ASIAN"}:
        return None
    if by_script.keys().isdisjoint(_IMITATING) and all(len(_scripts(word)) < 2 for word in name.split()):
        return None
    letters = " and ".join(
        f"{script.capitalize()} ({_named(letter)})" for script, letter in by_script.items()
    )
    return "a name in letters of one script", letters, "write it with one keyboard, in one script"


def _scripts(text: str) -> dict[str, str]:
    """The scripts of the letters, each with its first letter. Modifier letters belong to every script."""
    by_script: dict[str, str] = {}
    for character in text:
        if unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lo"):
            script = unicodedata.name(character, "UNKNOWN").partition(" ")[0].partition("-")[0]
            by_script.setdefault("EAST ASIAN" if script in _EAST_ASIAN else script, character)
    return by_script


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def readable(name: str, info: ValidationInfo) -> str:
    """The name; where a person writes it (`BY_HAND`), only one that does not mislead its reader."""
    fault = misleading(name) if info.context == BY_HAND else None
    if fault is not None:
        expected, finding, move = fault
        raise wrong(expected, move, finding=finding)
    return name


ReadableText = Annotated[Text, AfterValidator(readable)]
"""The name of a person or of a role. Refused where a person writes one that misleads its reader."""
