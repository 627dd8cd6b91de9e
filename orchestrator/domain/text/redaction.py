"""Takes secret values out of text, in each form that programs write them in. Only the standard library: runs load this too.

A value is replaced by `[vaulted:1f3a9c04]`: the same form of the same value always by the same mark, and no two by one, so
that two redacted texts are equal where the texts were. A mark is keyed: whoever does not know the key cannot try values on it.
The value of a variable that a plan has passed to its runs is replaced by its name, `[passed:SHOP_TOKEN]`: no key hides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

SHORTEST = 8
"""Characters of a value that is redacted: a shorter one stands in too many texts by chance."""
_LONGEST = 256
"""Characters of a form that are compared at once; a longer one is redacted piece by piece, so that the work stays bounded."""
_ARMOUR = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]+-----")
_SPACING = re.compile(r"(?:\s|\\[nrt])+")
_CUT = "…"

Span = tuple[int, int]


class Redactor:
    """Redacts values of at least `SHORTEST` characters, line by line where they have several; marks are keyed with `key`.

    `passed`: values of variables, by name. The work grows with the length of the text alone, however many values there are.
    """

    def __init__(
        self, values: Iterable[str] = (), key: bytes = b"", passed: Mapping[str, str] | None = None
    ) -> None:
        self._names = {form: name for name, value in (passed or {}).items() for form in _forms(value)}
        secret = {form for value in set(values) for form in _forms(value)}
        forms = sorted(secret | self._names.keys(), key=len, reverse=True)
        self._key = key
        self._starts: dict[str, list[str]] = {}
        for form in forms:
            self._starts.setdefault(form[:SHORTEST], []).append(form)
        self._start = re.compile(_any_of(sorted(self._starts))) if forms else None

    def __bool__(self) -> bool:
        return self._start is not None

    def __call__(self, text: str) -> str:
        """The text without any of the values, also where it ends, or was cut, within one."""
        if self._start is None or len(text) < SHORTEST:
            return text
        spans = _merged([*self._spans(text), *self._spans_across_lines(text)])
        if not spans:
            return text
        parts, after = [], 0
        for start, end in spans:
            parts += [text[after:start], self._mark(text[start:end])]
            after = end
        return "".join([*parts, text[after:]])

    def data(self, content: bytes) -> bytes:
        """The same of bytes, whatever they are."""
        return self(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _mark(self, form: str) -> str:
        import hmac

        name = self._names.get(form) or self._name_within(form)
        if name is not None:
            return f"[passed:{name}]"
        keyed = hmac.new(self._key or b"none", form.encode("utf-8", "surrogatepass"), "sha256")
        return f"[vaulted:{keyed.hexdigest()[:8]}]"

    def _name_within(self, span: str) -> str | None:
        """The name where a span is the beginning of a value, has it on several lines, or holds it among others."""
        written = (span, _SPACING.sub("", span))
        for form, name in self._names.items():
            if any(form in text or form.startswith(text) for text in written):
                return name
        return None

    def _spans(self, text: str) -> Iterator[Span]:
        if self._start is None:
            return
        whole = text.removesuffix(_CUT)
        at = self._start.search(text)
        while at is not None:
            start = at.start()
            for form in self._starts[at[0]]:
                if text.startswith(form, start):
                    yield start, start + len(form)
                    break
                if len(whole) - start < len(form) and form.startswith(whole[start:]):
                    yield start, len(whole)
                    break
            at = self._start.search(text, start + 1)

    def _spans_across_lines(self, text: str) -> Iterator[Span]:
        """A value whose form is wrapped, as base64 is: found in the text without its spacing."""
        gaps = [(gap.start(), gap.end()) for gap in _SPACING.finditer(text)]
        if not any("\n" in text[start:end] or "\\" in text[start:end] for start, end in gaps):
            return
        places: list[int] = []
        after = 0
        for start, end in [*gaps, (len(text), len(text))]:
            places += range(after, start)
            after = end
        squeezed = "".join(text[place] for place in places)
        for start, end in self._spans(squeezed):
            yield places[start], places[end - 1] + 1


def too_short(value: str) -> bool:
    """Whether a value, or each of its lines, is too short to be redacted; nothing at all is no value."""
    return bool(value.strip()) and not any(_lines(value))


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _lines(value: str) -> Iterator[str]:
    """A value's lines that are long enough; the first and last line of a key in armour tell nothing."""
    for line in value.splitlines():
        stripped = line.strip()
        if len(stripped) >= SHORTEST and not _ARMOUR.fullmatch(stripped):
            yield stripped


def _forms(value: str) -> Iterator[str]:
    """Each way in which a value, or a line of it, is written; none shorter than `SHORTEST`, none longer than `_LONGEST`."""
    lines = list(dict.fromkeys(_lines(value)))
    # Only what encodes all of a value hides its lines.
    whole = [value.strip(), value] if len(lines) > 1 else []
    encoded = [_encoded(text.encode("utf-8", "surrogateescape")) for text in [*lines, *whole]]
    for form in chain(*map(_quoted, lines), *encoded):
        yield from _pieces(form)


def _quoted(text: str) -> Iterator[str]:
    # Here and not above: most commands have nothing to redact, and these take their time.
    import html
    import json
    import shlex
    from urllib.parse import quote, quote_plus

    as_json = json.dumps(text)[1:-1]
    # Without its spaces too: a line may be broken there.
    yield from (
        text,
        " ".join(text.split()),
        "".join(text.split()),
        as_json,
        json.dumps(text, ensure_ascii=False)[1:-1],
    )
    yield from (json.dumps(as_json)[1:-1], as_json.replace("/", "\\/"))
    yield from (
        repr(text)[1:-1],
        repr(text.encode("utf-8", "surrogateescape"))[2:-1],
        text.replace("'", "''"),
    )
    yield from (text.replace("'", "\\'"), text.replace('"', '\\"'))
    yield from (
        shlex.quote(text).strip("'"),
        text.replace("'", "'\\''"),
        re.sub(r"([^\w@%+=:,./-])", r"\\\1", text),
    )
    yield from (
        html.escape(text),
        html.escape(text, quote=False),
        html.escape(text).replace("&#x27;", "&#39;"),
    )
    # Not every program writes `~` or `/` as it is, or what it writes in hexadecimal in capitals.
    safe = text.encode("utf-8", "surrogateescape")
    for written in (quote(safe, safe=""), quote(safe), quote_plus(safe), quote(safe, safe="!*'()")):
        yield written
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), written)


def _encoded(data: bytes) -> Iterator[str]:
    """In hexadecimal, and in base64 at each of the three places where it can begin within other text."""
    import base64

    yield from (data.hex(), data.hex().upper())
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data).decode("ascii").rstrip("=")
        # Only what the value alone decides: bits of its neighbours are in the characters at both ends.
        whole = text[(8 * before + 5) // 6 : 8 * (before + len(data)) // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _pieces(form: str) -> Iterator[str]:
    """A form in pieces of bounded length; what is left at the end goes with the piece before it."""
    for start in range(0, max(len(form) - SHORTEST, 0) + 1, _LONGEST):
        end = start + _LONGEST
        piece = form[start : end if len(form) - end >= SHORTEST else None]
        if len(piece) >= SHORTEST:
            yield piece


def _any_of(words: list[str]) -> str:
    """An expression for any of these words of one length, by their common beginnings: it is quick where there are many."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for letter in word:
            branch = branch.setdefault(letter, {})
    return _expression(tree)


def _expression(tree: dict[str, Any]) -> str:
    branches = [re.escape(letter) + _expression(branch) for letter, branch in tree.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})" if branches else ""
