"""Packages of hosts with dpkg, with rpm and with both, by what the programs answered on real hosts; and what is no answer."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from orchestrator.adapters.ssh.on_target.checks import evaluate
from orchestrator.adapters.ssh.on_target.collectors import Capture
from orchestrator.adapters.ssh.on_target.items.packages import Managers, Package, PackagesUnknown
from orchestrator.adapters.ssh.on_target.view import View
from orchestrator.domain.evidence.baseline import BaselineScope
from orchestrator.domain.evidence.system_places import scope_question
from orchestrator.domain.plan.check import Check

FOUR_ROWS = (
    "basesystem\t0:11-20\tnoarch\tii\nshop\t1:2.0-1\tnoarch\tii\n"
    "kernel\t0:6.1-1\tx86_64\tii\nkernel\t0:6.2-1\tx86_64\tii\n"
)
OF_DPKG = "awk\t\t\tun \nbash\t5.2.15-2+b8\tamd64\tii \nlibc6:amd64\t2.36-9\tamd64\tii \n"
DAMAGED = (
    "error: rpmdbNextIterator: skipping h#       1 tag[1]: BAD, tag -16776216 type 6 offset 2 count 1 len 2"
)
NO_DATABASE = "error: cannot open Packages database in /usr/lib/sysimage/rpm"
LINES_OF_DEBIAN = "rpm: RPM should not be used directly install RPM packages, use Alien instead!"


class Answering:
    """A root folder with databases, and programs that answer as those of a real host did."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def managers(
        self, databases: list[str], *, rpm: str = "", errors: str = "", code: int = 0, dpkg: str = ""
    ) -> Managers:
        root = self.folder / "root"
        for name in databases:
            database = root / name.lstrip("/").removesuffix("=")
            database.parent.mkdir(parents=True, exist_ok=True)
            database.write_text("" if name.endswith("=") else "some")
        programs = [
            self._program("dpkg-query", dpkg, "", 0),
            self._program("rpm", rpm, errors, code),
        ]
        return Managers(str(root), *programs)

    def _program(self, name: str, output: str, errors: str, code: int) -> str:
        (self.folder / f"{name}.out").write_text(output)
        (self.folder / f"{name}.err").write_text(errors)
        program = self.folder / name
        program.write_text(
            f"#!/bin/sh\ncat {self.folder}/{name}.out; cat {self.folder}/{name}.err >&2; exit {code}\n"
        )
        program.chmod(0o755)
        return str(program)


@pytest.fixture
def answering(tmp_path: Path) -> Answering:
    return Answering(tmp_path)


DPKG, RPM = "/var/lib/dpkg/status", "/usr/lib/sysimage/rpm/rpmdb.sqlite"


@pytest.mark.parametrize(
    ("databases", "expected"),
    [
        ([DPKG], {"awk", "bash", "libc6:amd64"}),
        ([RPM], {"basesystem", "shop", "kernel"}),
        (["/var/lib/rpm/Packages"], {"basesystem", "shop", "kernel"}),
        (["/usr/lib/sysimage/rpm/Packages.db"], {"basesystem", "shop", "kernel"}),
        # Fedora has a package of dpkg, whose database is empty.
        ([f"{DPKG}=", RPM], {"basesystem", "shop", "kernel"}),
        # Debian has one of rpm, whose folder is empty.
        ([DPKG, "/var/lib/rpm/other"], {"awk", "bash", "libc6:amd64"}),
        ([DPKG, RPM], {"awk", "bash", "libc6:amd64", "basesystem", "shop", "kernel"}),
    ],
    ids=["dpkg", "sqlite", "berkeley", "ndb", "rpm-beside-an-empty-dpkg", "dpkg-beside-the-program", "both"],
)
def test_each_database_that_has_packages_is_read(
    answering: Answering, databases: list[str], expected: set[str]
) -> None:
    known = answering.managers(databases, rpm=FOUR_ROWS, dpkg=OF_DPKG).packages()
    assert {each.name for each in known} == expected


def test_an_epoch_counts_where_there_is_one(answering: Answering) -> None:
    known = answering.managers([RPM], rpm=FOUR_ROWS, errors=LINES_OF_DEBIAN).packages()
    assert [each.version for each in known] == ["11-20", "1:2.0-1", "6.1-1", "6.2-1"]
    assert all(each.installed for each in known)


@pytest.mark.parametrize(
    ("databases", "answer", "errors", "code", "why"),
    [
        ([], "", "", 0, "neither dpkg nor rpm"),
        (["/var/lib/rpm/other"], "", "", 0, "neither dpkg nor rpm"),
        ([RPM], "", "", 0, "rpm knows of no package at all"),
        ([RPM], FOUR_ROWS, DAMAGED, 0, "skipping h#"),
        ([RPM], "", NO_DATABASE, 1, "cannot open Packages database"),
        ([RPM], FOUR_ROWS, "", 3, "rpm failed"),
        ([RPM], FOUR_ROWS + "sh\top\t0:1-1\tnoarch\tii\n", "", 0, "what is no package: 'sh\\top"),
        ([RPM], FOUR_ROWS + "shop\nadmin\t0:1-1\tnoarch\tii\n", "", 0, "what is no package: 'shop'"),
        ([DPKG], "", "", 0, "dpkg knows of no package at all"),
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(
    answering: Answering, databases: list[str], answer: str, errors: str, code: int, why: str
) -> None:
    managers = answering.managers(databases, rpm=answer, errors=errors, code=code)
    with pytest.raises(PackagesUnknown, match=re.escape(why)):
        managers.packages()


def test_an_answer_without_end_is_cut(answering: Answering) -> None:
    managers = answering.managers([RPM])
    endless = answering.folder / "rpm"
    endless.write_text("#!/bin/sh\nyes \"$(printf 'shop\\t0:1-1\\tnoarch\\tii')\" | head -c 40000000\n")
    with pytest.raises(PackagesUnknown, match="more than 33554432 bytes"):
        managers.packages()


CHECKS: list[tuple[dict[str, object], str, str, int, str]] = [
    ({"name": "shop"}, "shop\t1:2.0-1\tnoarch\tii\n", "", 0, "passed"),
    ({"name": "shop.noarch"}, "shop\t1:2.0-1\tnoarch\tii\n", "", 0, "passed"),
    ({"name": "shop", "version": "1:2."}, "shop\t1:2.0-1\tnoarch\tii\n", "", 0, "passed"),
    ({"name": "shop", "installed": False}, "package shop is not installed\n", "", 1, "passed"),
    ({"name": "shop"}, "package shop is not installed\n", "", 1, "failed"),
    # A database that cannot be read says of every package that it is not installed.
    ({"name": "shop", "installed": False}, "package shop is not installed\n", NO_DATABASE, 1, "inconclusive"),
    ({"name": "shop", "installed": False}, "package shop is not installed\n", DAMAGED, 1, "inconclusive"),
]


@pytest.mark.parametrize(("check", "answer", "errors", "code", "expected"), CHECKS)
def test_a_check_of_a_package_asks_rpm(
    answering: Answering, check: dict[str, object], answer: str, errors: str, code: int, expected: str
) -> None:
    class OfRpm(View):
        package_managers = answering.managers([RPM], rpm=answer, errors=errors, code=code)

    written = TypeAdapter[Check](Check).validate_python({"package": check}).model_dump()
    assert evaluate(written, OfRpm([written]))[0] == expected


def test_a_baseline_has_each_version_of_a_package_that_is_there_twice(answering: Answering) -> None:
    class OfRpm(Capture):
        package_managers = answering.managers([RPM], rpm=FOUR_ROWS)

    scope = scope_question(BaselineScope(packages="all", ports=False, users=False, system=False))
    captured = OfRpm(scope, time.monotonic() + 60).run()
    assert captured["faults"] == []
    assert captured["items"] == [
        ["package", "basesystem", {"arch": "noarch", "status": "ii", "version": "11-20"}],
        ["package", "kernel", {"arch": "x86_64", "status": "ii", "version": "6.1-1, 6.2-1"}],
        ["package", "shop", {"arch": "noarch", "status": "ii", "version": "1:2.0-1"}],
    ]


def test_a_package_of_which_only_the_configuration_is_there_is_not_installed() -> None:
    assert not Package("shop", "1", "all", "rc").installed
