"""How a plan names tasks and their tags, and whether a task of a run is one that it names."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from orchestrator.domain.text.model_base import Text
from orchestrator.domain.text.validation_error import wrong

_TEMPLATE = re.compile(r"\{\{.*?\}\}")
OWN_TAGS = ("always", "tagged")
"""What would leave out orch's own plays, which have the tag `always`."""

Tag = Annotated[Text, Field(pattern=r"^[^,\s]+$")]
"""A tag of plays and tasks, as `ansible-playbook --tags` takes it."""


def _leaves_own_plays(tag: str) -> str:
    if tag in OWN_TAGS:
        expected = "tags that leave orch's own plays in, which have the tag `always`"
        raise wrong(expected, "name the tags of your own tasks that are to be left out", finding=f"`{tag}`")
    return tag


SkippedTag = Annotated[Tag, AfterValidator(_leaves_own_plays)]
"""A tag as `ansible-playbook --skip-tags` takes it."""


def is_named(task: str, names: Iterable[str]) -> bool:
    """Whether one of these names is that of the task; it may leave out the role before it, as in `role : task`.

    A template in a name stands for any text: a run names a task by what becomes of it, or by why nothing could.
    """
    alone = task.partition(" : ")[2]
    return any(_fits(task, name) or (bool(alone) and _fits(alone, name)) for name in names)


def _fits(task: str, name: str) -> bool:
    if task == name or "{{" not in name:
        return task == name
    parts = _TEMPLATE.split(name)
    return re.fullmatch(".*".join(map(re.escape, parts)), task, re.DOTALL) is not None
