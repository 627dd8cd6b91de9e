"""The actions of tasks by the short names that Ansible's own have, and which of them reach nobody or only look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OWN = ("ansible.builtin.", "ansible.legacy.")
"""Two collections of which every action of Ansible's own can be asked, beside its bare name."""

LOCAL = ("local", "ansible.builtin.local", "ansible.legacy.local")
"""Names of the connection to this machine."""

CONTROLLER_ONLY = frozenset(
    {
        "add_host",
        "assert",
        "debug",
        "fail",
        "group_by",
        "meta",
        "pause",
        "set_fact",
        "set_stats",
        "validate_argument_spec",
    }
    | {"import_playbook", "import_role", "import_tasks", "include_role", "include_tasks", "include_vars"}
)
"""Actions that never reach a host; an `ok` of theirs says nothing about it."""
READ_ONLY = frozenset(
    {
        "setup",
        "gather_facts",
        "ping",
        "package_facts",
        "service_facts",
        "mount_facts",
        "stat",
        "slurp",
        "find",
        "getent",
    }
    | {"wait_for_connection", "wait_for"}
)
"""Actions that only look; an `ok` of theirs deploys nothing, and a failure that is declared to be none hides nothing."""


def short_name(name: str) -> str:
    """A name of Ansible's own without its collection; any other as it is."""
    for collection in _OWN:
        name = name.removeprefix(collection)
    return name


def action_of(task: Any) -> str:
    """The action of a task that Ansible has loaded."""
    return short_name(str(getattr(task, "resolved_action", None) or task.action))


def key_of(keys: Mapping[str, Any], *actions: str) -> str | None:
    """The key by which a task in a file names one of these actions, under whichever name; None where it names none."""
    return next((str(key) for key in keys if short_name(str(key)) in actions), None)


def where(result: Any) -> str:
    """The host that the task really acted on: its delegate, or the controller for a local connection set by the play."""
    fields = result.task_fields
    delegate = fields.get("delegate_to")
    if delegate:
        return str(delegate)
    if str(result.task.connection or "") in LOCAL:
        return "localhost"
    return str(result.host.get_name())


def first_of(reached: list[str], result: Any) -> str:
    """Of several hosts one that is not the task's own, so that its own does not count for it."""
    own = str(result.host.get_name())
    return next((name for name in reached if name != own), own) if reached else where(result)
