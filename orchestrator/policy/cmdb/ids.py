"""Ids of configuration items: a machine by its identity, whatever its name is; everything else by its environment and name."""

import re
from hashlib import sha256

from orchestrator.domain.cmdb.facts import CiId, CiKind
from orchestrator.domain.text.names import as_read
from orchestrator.domain.text.plain_text import plain

_LONGEST = 100
"""Characters of a name in an id; a longer one is cut, and told apart by its digest."""
_PARTING = re.compile("[:;+ ]+")
"""What parts ids, lists of ids and words."""


def host_id(machine: str) -> CiId:
    """The id of a machine."""
    return f"host:{_machine(machine)}"


def unit_id(machine: str, name: str) -> CiId:
    """The id of a release unit on a machine."""
    return f"unit:{_machine(machine)}:{_part(name)}"


def named_id(kind: CiKind, environment: str, name: str) -> CiId:
    """The id of an item that only its environment and name identify."""
    return f"{kind}:{_part(environment)}:{_part(name)}"


def _part(text: str) -> str:
    """The text as people read it, on one line and bounded; spaces are written `+`."""
    read = as_read(text)
    words = (_PARTING.sub("_", word) for word in plain(read, _LONGEST).split(" "))
    return _shown(read, "+".join(words))


def _machine(text: str) -> str:
    """An identity as it is, which has no spaces."""
    return _shown(text, plain(text, _LONGEST).replace(" ", "_").replace(";", "_"))


def _shown(text: str, shown: str) -> str:
    """What the shown form hides of a text is in a digest behind it, so that two texts never have one id."""
    if shown.replace("+", " ") == text or shown == text:
        return shown
    return f"{shown.removesuffix('…')}~{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
