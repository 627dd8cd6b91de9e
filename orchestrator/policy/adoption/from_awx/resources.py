"""Ways through the tree of an export, whose shape was checked before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from orchestrator.domain.adoption.awx_export import AwxExport, Tree, TreePath

_SECRET = re.compile(
    r"passw|passphrase|secret|token|api_?key|private_?key|credential|vault|community", re.IGNORECASE
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
_SECRET_TEXT = re.compile(r"\$encrypted\$|\$ANSIBLE_VAULT|PRIVATE KEY-----")


def of_kind(export: AwxExport, kind: str) -> Iterator[tuple[TreePath, Mapping[str, Tree]]]:
    """Each resource of a kind with its path."""
    items = export.tree.get(kind)
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield (kind, number), item


def below(
    path: TreePath, item: Mapping[str, Tree], *keys: str
) -> Iterator[tuple[TreePath, Mapping[str, Tree]]]:
    """Each entry of a list that belongs to a resource, with its path."""
    value: Tree = dict(item)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    for number, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, dict):
            yield (*path, *keys, number), entry


def text_of(item: Mapping[str, Tree], key: str) -> str:
    """The text of a field, without spaces around it; empty where there is none."""
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""


def number_of(item: Mapping[str, Tree], key: str) -> int:
    """The number of a field; 0 where there is none."""
    value = item.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def key_of(value: Tree) -> str:
    """The name and organization of a natural key, for comparison; empty where the value is none."""
    if not isinstance(value, dict):
        return ""
    house = value.get("organization")
    return f"{house.get('name') if isinstance(house, dict) else house or ''}/{value.get('name')}"


def may_be_secret(name: str, value: Tree) -> bool:
    """Whether a variable is kept out of every file: by its name, or because AWX keeps it encrypted. Also of what is in it."""
    if _SECRET.search(name):
        return True
    if isinstance(value, dict):
        return any(may_be_secret(key, each) for key, each in value.items())
    if isinstance(value, list):
        return any(may_be_secret("", each) for each in value)
    return isinstance(value, str) and _SECRET_TEXT.search(value) is not None


def is_unseen(value: Tree) -> bool:
    """Whether some text in it has characters that do not show, which no file of orch may hold."""
    if isinstance(value, dict):
        return any(is_unseen(key) or is_unseen(each) for key, each in value.items())
    if isinstance(value, list):
        return any(map(is_unseen, value))
    return isinstance(value, str) and _UNSEEN.search(value) is not None
