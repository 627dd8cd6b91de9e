"""Paths of a driver in what it asks, and the places of a node that stand for them; and back again in what is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from orchestrator.domain.text.model_base import Noun

N = TypeVar("N", bound=Noun)
_ENDS = r"(?=$|[/\"'\s:,;)\]}])"


class Relocation:
    """Replaces each path where it stands by itself or before a `/`: in fields, and in texts such as ssh's configuration."""

    def __init__(self, places: Mapping[str, str]) -> None:
        longest = sorted((path for path in places if path), key=len, reverse=True)
        self._places = dict(places)
        self._pattern = re.compile(f"({'|'.join(map(re.escape, longest))}){_ENDS}") if longest else None

    @property
    def places(self) -> dict[str, str]:
        """The paths, each with what stands for it."""
        return dict(self._places)

    def back(self) -> Relocation:
        """The way back."""
        return Relocation({place: path for path, place in self._places.items()})

    def text(self, text: str) -> str:
        """A text with the other paths."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._places[match[1]], text)

    def text_of(self, noun: Noun) -> str:
        """The JSON of a noun with the other paths."""
        if self._pattern is None:
            return noun.model_dump_json()
        return json.dumps(self._value(noun.model_dump(mode="json")))

    def noun(self, noun: N) -> N:
        """A noun with the other paths, validated anew."""
        if self._pattern is None:
            return noun
        return type(noun).model_validate_json(self.text_of(noun))

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if isinstance(value, dict):
            return {self.text(str(key)): self._value(each) for key, each in value.items()}
        return value
