"""Options that take a person's words, which go on the record as they are."""

from __future__ import annotations

import click

from orchestrator.cli.options.option_values import LONGEST_TEXT
from orchestrator.errors import UsageFault


class Words(click.ParamType[str]):
    """Words of at most `LONGEST_TEXT` characters, which is what a journal holds. Raises UsageFault."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if len(value) > LONGEST_TEXT:
            option = param.opts[-1] if param is not None else "words"
            raise UsageFault(
                f"{option}: expected at most {LONGEST_TEXT:,} characters, found {len(value):,}; shorten it."
            )
        return value


WORDS = Words()
