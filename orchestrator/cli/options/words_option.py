"""Options that take a person's words, which go on the record as they are."""

from __future__ import annotations

import click

from orchestrator.cli.options.option_values import words_that_fit


class Words(click.ParamType[str]):
    """Words of at most 4,000 characters in UTF-8, which is what a journal holds. Raises UsageFault."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return words_that_fit(value, param.opts[-1] if param is not None else "words")


WORDS = Words()
