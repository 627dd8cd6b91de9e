"""Pythons of the machine for hosts."""

from __future__ import annotations

import sys
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from orchestrator.lab import texts
from orchestrator.lab.errors import LabError, LabUsage
from orchestrator.lab.names import host_names
from orchestrator.lab.paths import LabPaths
from orchestrator.lab.pythons import LabPython, checked_versions, pythons_of_machine
from orchestrator.lab.state import LabState, grown


def python(version: str, *, library: Path | None = None) -> LabPython:
    return LabPython(
        version=version, executable=Path("/p/bin/python3"), modules=Path("/p/lib/python3"), library=library
    )


def test_a_list_of_versions_is_read() -> None:
    assert checked_versions("3.9") == ("3.9",)
    assert checked_versions("3.9, 3.12") == ("3.9", "3.12")


@pytest.mark.parametrize("text", ["", "3", "2.7", "3.9.18", "3.9,", "three", "3.9;3.12", "3.123", "../3.9"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(LabUsage, match="expected versions like"):
        checked_versions(text)


def test_a_python_of_the_machine_is_found_by_looking() -> None:
    own = f"3.{sys.version_info.minor}"
    (seen,) = pythons_of_machine([own])
    assert (seen.version, seen.executable.exists(), (seen.modules / "os.py").exists()) == (own, True, True)


def test_a_python_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(LabError, match=r"no Python 3\.98 and no Python 3\.99; it has .*3\.\d+"):
        pythons_of_machine(["3.98", "3.99"])


def test_hosts_see_program_modules_and_library(tmp_path: Path) -> None:
    library = tmp_path / "libpython3.9.so.1.0"
    assert [there for _, there in python("3.9", library=library).mounts()] == [
        "/opt/python/3.9/bin/python3.9",
        "/opt/python/3.9/lib/python3.9",
    ]
    library.touch()
    assert python("3.9", library=library).mounts()[-1] == (library, "/usr/lib/libpython3.9.so.1.0")


def test_hosts_get_one_python_after_the_other() -> None:
    empty = LabState(name="lab", network=IPv4Network("10.213.7.0/24"), hosts=(), base="/base")
    state = grown(
        empty.model_copy(update={"pythons": (python("3.9"), python("3.12"))}), host_names(3), "light"
    )
    lines = texts.inventory(state, LabPaths(Path("/lab"))).splitlines()
    assert [line.split("/")[3] for line in lines if "/opt/python" in line] == ["3.9", "3.12", "3.9"]
    assert next(line for line in lines if "/opt/python" in line).startswith(
        "      ansible_python_interpreter: "
    )
