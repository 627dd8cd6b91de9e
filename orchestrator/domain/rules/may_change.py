"""What a deployment may change: a declared set, by part of the baseline. Whatever it does not name must stay as it is."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from orchestrator.domain.evidence.baseline import BaselinePart
from orchestrator.domain.text.model_base import Many, Text
from orchestrator.domain.text.validation_error import wrong

Extent = Literal["any", "none"]
"""Whether everything of a part may change, or nothing."""


_EXTENTS = ("any", "none")


def _names_of(value: Any) -> Any:
    if isinstance(value, str) and value in _EXTENTS:
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(name, str) and name for name in value):
        return value
    move = (
        f"write `[{value}]`" if isinstance(value, str) and value else "write `none` where nothing may change"
    )
    raise wrong("`any`, `none`, or a list of names and patterns", move)


def _absolute(rule: Any) -> Any:
    for name in rule.get("files", ()) if isinstance(rule.get("files"), tuple) else ():
        if not name.startswith("/"):
            raise wrong(
                "absolute paths",
                f"write `/{name}`, or whatever it is in full",
                finding=f"`{name}`",
                at="files",
            )
    return rule


Names = Annotated[Extent | Many[Text], BeforeValidator(_names_of)]
"""Everything, nothing, or names and shell patterns of items; of files absolute paths, and all that is below them."""

MayChange = Annotated[dict[BaselinePart, Names], AfterValidator(_absolute)]
"""By part of the baseline what may change. A part that is left out may not change."""


Rule = Mapping[BaselinePart, Extent | tuple[str, ...]]


def rule_words(rule: Rule) -> str:
    """The rule in words, such as `files /etc/shop/**, units any; nothing else`."""
    allowed = [
        f"{part} {names if isinstance(names, str) else ' '.join(names)}"
        for part, names in rule.items()
        if names != "none"
    ]
    return f"{', '.join(allowed)}; nothing else" if allowed else "nothing"
