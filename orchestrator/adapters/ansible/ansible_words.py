"""What Ansible says of what it refuses, what it warns of, and the collection that it lacks; in the inspector's process."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orchestrator.adapters.ansible.guest.core.choice import core


@contextmanager
def warnings_into(lines: list[str]) -> Iterator[None]:
    """Keep what Ansible warns of meanwhile: of a program that fails it says only there what that said."""
    from ansible.utils.display import Display

    display = Display()
    show = display.display

    def keep(message: Any, *others: Any, **named: Any) -> Any:
        lines.append(re.sub(r"\s+", " ", str(message)).strip())
        return show(message, *others, **named)

    display.display = keep
    try:
        yield
    finally:
        del display.display


_NOT_RESOLVED = re.compile(r"couldn't resolve module/action '([\w.]+)'")


def lacking_collection(words: str) -> str:
    """The collection of a module that Ansible cannot find, where that is not installed; a short name may lead to one."""
    from ansible.utils.collection_loader import _collection_finder as finder

    match = _NOT_RESOLVED.search(words)
    name = match[1] if match else ""
    try:
        if "." not in name:
            routing = finder._get_collection_metadata("ansible.builtin").get("plugin_routing", {})
            kinds = (routing.get(kind, {}) for kind in ("modules", "action"))
            name = next((kind[name]["redirect"] for kind in kinds if "redirect" in kind.get(name, {})), "")
        collection = ".".join(name.split(".")[:2])
        if collection in ("", "ansible.builtin", "ansible.legacy"):
            return ""
        finder._get_collection_path(collection)
    except ValueError:
        return collection
    except Exception:
        return ""
    return ""


def words_of(wrong: Exception) -> str:
    """What Ansible says, with the place in the user's file where it names one; on one line."""
    place = ""
    file, line = core().place_of(getattr(wrong, "obj", None))
    if file:
        place = f"{file}:{line}: " if line else f"{file}: "
    message = str(getattr(wrong, "_original_message", "") or getattr(wrong, "message", "") or wrong)
    cause = str(wrong.__cause__ or "")
    if cause and cause not in message and not message.startswith("YAML parsing failed"):
        message = f"{message}: {cause}"
    return place + re.sub(r"\s+", " ", message).strip()
