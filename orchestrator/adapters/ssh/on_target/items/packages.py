"""Installed packages, from dpkg and from rpm."""

from __future__ import annotations

import os

from orchestrator.adapters.ssh.on_target.items import shell

_OUTPUT_LIMIT = 32 << 20
_DPKG_DATABASE = "/var/lib/dpkg/status"
_RPM_FOLDERS = ("/usr/lib/sysimage/rpm", "/var/lib/rpm")
_RPM_DATABASES = ("rpmdb.sqlite", "Packages.db", "Packages")
"""Of SQLite, of ndb, of Berkeley DB. A folder alone is none: Debian's rpm brings it, and keeps nothing there."""


class PackagesUnknown(Exception):
    """The package database cannot be read; says why in words."""


class Package:
    """A package as its database knows it; `status` is dpkg's two letters, `ii` for one that is installed."""

    def __init__(self, name: str, version: str, arch: str, status: str) -> None:
        self.name = name
        self.version = version
        self.arch = arch
        self.status = status

    @property
    def installed(self) -> bool:
        """Whether it is installed and configured."""
        return self.status[1:2] == "i"


class Managers:
    """The programs that know of packages, and the root folder below which their databases are."""

    def __init__(self, root: str = "", dpkg_query: str = "dpkg-query", rpm: str = "rpm") -> None:
        self._root = root
        self._dpkg_query = dpkg_query
        self._rpm = rpm

    @property
    def has_dpkg(self) -> bool:
        """Whether dpkg keeps packages here: other systems have the program too, with an empty database."""
        database = self._root + _DPKG_DATABASE
        return os.path.isfile(database) and os.path.getsize(database) > 0

    @property
    def has_rpm(self) -> bool:
        """Whether rpm keeps packages here."""
        databases = (f"{folder}/{name}" for folder in _RPM_FOLDERS for name in _RPM_DATABASES)
        return any(os.path.exists(self._root + database) for database in databases)

    def packages(self, names: list[str] | None = None) -> list[Package]:
        """All packages, or what is known of these names. Raises PackagesUnknown: no package at all is no answer."""
        databases = [("dpkg", self._of_dpkg)] if self.has_dpkg else []
        databases += [("rpm", self._of_rpm)] if self.has_rpm else []
        if not databases:
            raise PackagesUnknown("neither dpkg nor rpm keeps packages on this host")
        every: list[Package] = []
        for manager, known_to in databases:
            known = known_to(names)
            if names is None and not known:
                raise PackagesUnknown(f"{manager} knows of no package at all")
            every += known
        return every

    def _of_dpkg(self, names: list[str] | None) -> list[Package]:
        form = "${binary:Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\n"
        asked = [self._dpkg_query, "-W", "-f", form, "--", *(names or [])]
        ran = shell.run(asked, 60, _OUTPUT_LIMIT)
        # Exit code 1 says only that a name is not known; one that was asked for and is not listed is not installed.
        if ran.code not in ((0,) if names is None else (0, 1)) or ran.trouble:
            raise PackagesUnknown("dpkg-query failed: " + (ran.trouble or shell.last_line(ran.errors)))
        return _parsed("dpkg", ran.output.decode("utf-8", "replace").splitlines())

    def _of_rpm(self, names: list[str] | None) -> list[Package]:
        form = "%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\tii\\n"
        which = ["-qa"] if names is None else ["-q", "--", *names]
        ran = shell.run([self._rpm, "--qf", form, *which], 120, _OUTPUT_LIMIT)
        complaint = _complaint(ran.errors)
        # It leaves out what it cannot read, with exit code 0; where it can read nothing, nothing is installed for it.
        if ran.code is None or ran.trouble or complaint or (names is None and ran.code != 0):
            raise PackagesUnknown("rpm failed: " + (ran.trouble or complaint or shell.last_line(ran.errors)))
        lines = ran.output.replace(b"\t0:", b"\t").decode("utf-8", "replace").splitlines()
        if names is not None:
            lines = [line for line in lines if not _says_not_installed(line, names)]
        return _parsed("rpm", lines)


HERE = Managers()


def _complaint(errors: bytes) -> str:
    """The first error that rpm tells of; its warnings take nothing away."""
    lines = errors.decode("utf-8", "replace").splitlines()
    return next((line.strip()[:300] for line in lines if line.startswith("error:")), "")


def _says_not_installed(line: str, names: list[str]) -> bool:
    return any(line == f"package {name} is not installed" for name in names)


def _parsed(manager: str, lines: list[str]) -> list[Package]:
    """Each line a package: one that is none would be a package that nobody compares. Raises PackagesUnknown."""
    rows = [line.split("\t") for line in lines]
    for row in rows:
        # dpkg knows of some only that they are not installed: no version then, and no architecture.
        if len(row) != 4 or not row[0] or not row[3].strip():
            raise PackagesUnknown(f"{manager} lists what is no package: {chr(9).join(row)[:120]!r}")
    return [Package(row[0], row[1], row[2], row[3].strip()) for row in rows]
