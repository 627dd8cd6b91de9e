"""Every part of a baseline can be declared, is seen where it is declared, and has a collector on the target."""

from typing import Any, get_args

import pytest

from orchestrator.adapters.ssh.on_target.collectors import PARTS, Capture
from orchestrator.domain.evidence.baseline import BaselinePart, BaselineScope

PARTS_DECLARED = get_args(BaselinePart)
HOW = {"exclude", "content_limit", "parts", "show"}
"""Fields of the scope that say how something is captured, and name no part."""
NOTHING: dict[str, Any] = {"packages": "none", "ports": False, "users": False, "system": False}
SOME: dict[str, Any] = {
    "files": ["/etc/app"],
    "packages": "all",
    "units": ["app.service"],
    "ports": True,
    "users": True,
    "sysctl": ["kernel.hostname"],
    "commands": [{"name": "crontab", "run": "crontab -l"}],
    "system": True,
    "facts": [{"name": "version", "module": "ansible.builtin.uri", "keep": ["json.version"]}],
}
"""Each part with something of it."""


def test_every_field_of_the_scope_is_a_part_or_says_how() -> None:
    assert set(BaselineScope.model_fields) - HOW == set(PARTS_DECLARED) == set(SOME)


@pytest.mark.parametrize("part", PARTS_DECLARED)
def test_a_part_that_is_declared_alone_is_captured(part: BaselinePart) -> None:
    scope = BaselineScope.model_validate({**NOTHING, part: SOME[part]})
    assert scope.captured(part) == scope.captured() != ()
    assert not BaselineScope.model_validate(NOTHING).captured(part)


def test_every_part_has_a_collector_on_the_target() -> None:
    assert set(PARTS) == set(PARTS_DECLARED) - {"facts"}, "ssh/on_target/baseline.py"
    for part in PARTS:
        assert callable(getattr(Capture, f"_{part}")), part


def test_what_is_named_comes_before_what_is_taken_as_a_whole() -> None:
    scope = BaselineScope.model_validate(SOME)
    assert scope.captured() == (
        *("/etc/app", "app.service", "kernel.hostname", "crontab", "version"),
        *("ports", "users", "system", "packages"),
    )
