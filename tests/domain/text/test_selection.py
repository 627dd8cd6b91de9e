"""Selections: groups, hosts and patterns, in the words of Ansible."""

import pytest
from pydantic import TypeAdapter, ValidationError

from orchestrator.domain.text.selection import Selection, selects

SELECTION = TypeAdapter(Selection)
GROUPS = {
    "web1": ("shop", "web"),
    "web2": ("shop", "web", "canary"),
    "db1": ("shop", "database"),
    "proxy": ("edge",),
}
ROWS = [
    ("web", ["web1", "web2"]),
    ("database", ["db1"]),
    ("db1", ["db1"]),
    ("web*", ["web1", "web2"]),
    ("all", ["web1", "web2", "db1", "proxy"]),
    ("*", ["web1", "web2", "db1", "proxy"]),
    ("web:database", ["web1", "web2", "db1"]),
    ("web,database", ["web1", "web2", "db1"]),
    (["web", "proxy"], ["web1", "web2", "proxy"]),
    ("shop:!database", ["web1", "web2"]),
    ("all:!web*", ["db1", "proxy"]),
    ("shop:&canary", ["web2"]),
    ("&canary", ["web2"]),
    ("shop:&web:!web1", ["web2"]),
    ("web[12]", ["web1", "web2"]),
    ("edge", ["proxy"]),
    ("nothing", []),
    ("Web", []),
    ("web , database", ["web1", "web2", "db1"]),
]


@pytest.mark.parametrize(("written", "hosts"), ROWS)
def test_a_selection_has_the_hosts_that_ansible_would_choose(written: object, hosts: list[str]) -> None:
    selection = SELECTION.validate_python(written)
    assert [host for host, groups in GROUPS.items() if selects(selection, host, groups)] == hosts


@pytest.mark.parametrize(
    "written", ["", [], "!web", ["!web", "!db"], "a b", "web;rm", "web\nb", [1], "~web.*", {}]
)
def test_what_chooses_nothing_or_cannot_be_read_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        SELECTION.validate_python(written)
