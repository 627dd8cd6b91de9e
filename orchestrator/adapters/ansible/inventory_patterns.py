"""What of a pattern names nothing in an inventory; asked where Ansible is imported, in the inspector's own process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def no_pattern_ignored() -> Iterator[None]:
    """Meanwhile a pattern that names nothing in the inventory is an error, as it is in a run."""
    from ansible import constants

    before, constants.HOST_PATTERN_MISMATCH = constants.HOST_PATTERN_MISMATCH, "error"
    try:
        yield
    finally:
        constants.HOST_PATTERN_MISMATCH = before


def absent_parts(inventory: Any, pattern: Any) -> list[str]:
    """The parts of a play's pattern that name nothing in the inventory, without `!` and `&`."""
    from ansible.errors import AnsibleError
    from ansible.inventory.manager import split_host_pattern

    absent = []
    # The variables of the play have asked for its hosts: a pattern that was answered once is refused no more.
    inventory.clear_caches()
    for part in dict.fromkeys(part.lstrip("!&") for part in split_host_pattern(pattern)):
        with no_pattern_ignored():
            try:
                inventory.get_hosts(part)
            except AnsibleError:
                absent.append(part)
    return absent
