"""Texts that fill a field of a plan and say nothing: placeholders, repetition, punctuation, in several languages.

A plan's form can only ask for a text. Whether it says something is judged by its words: those that stand for nothing are
listed here, and a text of nothing else is empty. Short honest texts pass: the length of a text is no measure.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from orchestrator.domain.text.lookalikes import imitated

Emptiness = Literal["no words", "a placeholder", "one word repeated", "a pointer elsewhere", "a number alone"]


def word_list(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


_NOTHING = word_list(
    # English, then German, French, Spanish, Portuguese, Italian, Dutch, the Scandinavian languages, Polish, Czech, Russian,
    # Chinese and Japanese.
    "none nothing nil null nan no not na applicable nope never nobody noone undefined unknown void empty blank unspecified "
    "keine keiner keines kein nichts entfällt entfaellt nein unbekannt niemand leer offen "
    "aucun aucune rien néant neant sans non inconnu personne "
    "ninguno ninguna nada ningún ningun nadie desconocido "
    "nenhum nenhuma não nao ninguém "
    "nessuno nessuna niente nulla "
    "geen niets nee nvt onbekend niemand "
    "ingen inget inga intet ingenting ikke ej nej "
    "brak żaden zaden żadne nic nie "
    "žádný zadny žádné nejsou ne "
    "нет ничего никто отсутствует "
    "无 無 没有 なし 該当なし 특이사항없음 없음"
)
_LATER = word_list(
    "tbd tba tbc tbw todo fixme xxx wip pending later soon placeholder draft template sample dummy "
    "defined determined announced confirmed decided completed filled "
    "folgt später spaeter ausstehend platzhalter définir definir compléter completar pendiente ontbreekt volgt"
)
_NOISE = word_list(
    "true false yes ok okay done fine good default standard normal usual various misc stuff thing things something whatever "
    "foo bar baz qux test testing asdf asd qwerty qwertz abc abcd lorem ipsum dolor sit amet blah bla etc text value string "
    "ja oui si sí da wahr falsch oder"
)
_FILLER = word_list(
    "a an the of to be is are am was it its there here this that we i you they have has had any at in on for as by with "
    "and or yet now moment currently please just known need needed required necessary expected do see "
    "der die das ist sind es gibt wird noch zur zu bekannt nötig erforderlich zutreffend anwendbar angabe angaben "
    "le la les de des du est à pas objet nécessaire concerné aplica aplicable "
    "il y el los las es hay por para di da il per een het er zijn"
)
_PLACEHOLDERS = _NOTHING | _LATER | _NOISE
_COMPACT = frozenset({"na", "nv", "nvt", "tbd", "tba", "tbc", "ka", "kA", "so", "sobo", "sa", "nr", "nn"})
"""Abbreviations that are written with marks between their letters, such as n/a, n.v.t. and k. A."""
_POINTER = re.compile(
    r"(please )?(see|same as|as|like|cf|vgl|siehe|wie|voir|comme|ver|como|vedi|zie|idem|ditto|dito) ?"
    r"(the )?(above|below|before|previous|previously|elsewhere|ticket|wiki|title|name|purpose|plan|oben|unten|vorher|"
    r"ci dessus|ci dessous|dessus|arriba|abajo|acima|sopra|boven|usual|always|immer|toujours)"
    r"|idem|ditto|dito|see|siehe|same|same again|the same|ebenso"
)
_NUMBER = re.compile(r"[v\d ]*\d[\d ]*")
_IGNORED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that are letters or symbols to Unicode and blank to a reader."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as a reader sees them: folded, without marks, and without characters that cannot be seen."""
    shown = unicodedata.normalize("NFKC", "".join(each for each in text if each not in _BLANKS))
    seen = "".join(
        each for each in shown if unicodedata.category(each) not in _IGNORED_CATEGORIES or each.isspace()
    )
    marks_out = "".join(each if each.isalnum() else " " for each in seen.replace("'", ""))
    return tuple(marks_out.casefold().split())


def emptiness(text: str, own_words: Iterable[str] = ()) -> Emptiness | None:
    """Why a text says nothing, or None. `own_words`: words that say nothing in this field, such as `risk` in a risk."""
    return _emptiness(words_of(text), frozenset(own_words))


def says_only(text: str, *names: str) -> bool:
    """Whether a text has no other words than those of these names."""
    words = set(words_of(text)) - _FILLER
    return bool(words) and words <= {word for name in names for word in words_of(name)}


@lru_cache(maxsize=1024)
def _emptiness(words: tuple[str, ...], own: frozenset[str]) -> Emptiness | None:
    if not words:
        return "no words"
    joined = "".join(words)
    if max(map(len, words)) <= 2 and joined in _COMPACT:
        return "a placeholder"
    if _POINTER.fullmatch(" ".join(words)):
        return "a pointer elsewhere"
    if _NUMBER.fullmatch(" ".join(words)):
        return "a number alone"
    if len(set(joined)) == 1 or (len(set(words)) == 1 and len(words) > 1):
        return "a placeholder" if len(words) == 1 else "one word repeated"
    if all(word in own or word in _FILLER or _stands_for_nothing(word) for word in words):
        return "a placeholder"
    return None


def _stands_for_nothing(word: str) -> bool:
    return word in _PLACEHOLDERS or (not word.isascii() and not _shapes().isdisjoint(imitated(word)))


@lru_cache(maxsize=1)
def _shapes() -> frozenset[str]:
    """The shapes of all placeholders, by which letters of another script do not hide one."""
    return frozenset(shape for word in _PLACEHOLDERS if len(word) > 2 for shape in imitated(word))
