"""What a baseline does not see is said in one paragraph: the scope, each cut with its hosts and reason, and older captures."""

from typing import Any

import pytest

from orchestrator.domain.evidence.baseline import BaselineReference, BaselineScope, Cut
from orchestrator.policy.telling.blind_spots import blind_spots

ALWAYS = "data in databases and what a service keeps in memory, other machines."
TIME = Cut(kind="set-uid file", reason="no time left")
APT = Cut(kind="system file", below="/etc/apt", reason="more than 5000 paths")


def reference(host: str, *cuts: Cut, form: int = 1) -> BaselineReference:
    return BaselineReference(host=host, digest="1" * 64, machine_id="m", items=3, cuts=cuts, form=form)


SCOPES: list[tuple[dict[str, Any], str]] = [
    ({}, f"The baseline does not see: any files; any units and what they run; {ALWAYS}"),
    ({"files": ["/opt/a"], "units": ["a"], "exclude": ["/opt/a/log"], "ports": False},
     "The baseline does not see: files beyond /opt/a; listening ports; what is excluded (/opt/a/log); "
     f"units and what they run beyond a; {ALWAYS}"),
    ({"files": [f"/{number}" for number in range(8)], "system": False},
     "The baseline does not see: files beyond /0, /1, /2, /3, /4, /5 and 2 more; the host as a whole (mounts, passwords, "
     "set-uid programs, jobs, modes of folders and the like); kernel parameters; any units and what they run; " + ALWAYS),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "sentence"), SCOPES)
def test_the_scope_says_what_is_beyond_it(scope: dict[str, Any], sentence: str) -> None:
    assert blind_spots(BaselineScope.model_validate(scope), [reference("web1")]) == [sentence]


def test_cuts_are_named_with_their_hosts_and_reasons() -> None:
    words = blind_spots(
        BaselineScope(), [reference("web1", TIME, APT), reference("web2", APT), reference("web1", APT)]
    )
    assert words[1:] == [
        "Left out on web1: every set-uid file (no time left).",
        "Left out on web1 and web2: system file /etc/apt (more than 5000 paths).",
    ]


def test_what_an_earlier_version_captured_is_named() -> None:
    assert blind_spots(BaselineScope(), [reference("web1", form=0), reference("web1")])[1:] == [
        "An earlier version of orch captured web1: what units run, passwords and the host as a whole are not compared there."
    ]


def test_before_a_capture_nothing_is_said() -> None:
    assert blind_spots(BaselineScope(), []) == []
