"""Installed packages, from dpkg or rpm."""

from __future__ import annotations

import os

from orchestrator.adapters.ssh.on_target.items import shell


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


def packages(names: list[str] | None = None) -> list[Package]:
    """All packages, or what is known of these names. Raises PackagesUnknown."""
    if os.path.exists("/var/lib/dpkg/status"):
        return _dpkg(names)
    if os.path.isdir("/var/lib/rpm") or os.path.isdir("/usr/lib/sysimage/rpm"):
        return _rpm(names)
    raise PackagesUnknown("neither dpkg nor rpm keeps packages on this host")


def _dpkg(names: list[str] | None) -> list[Package]:
    form = "${binary:Package}\\t${Version}\\t${Architecture}\\t${db:Status-Abbrev}\\n"
    ran = shell.run(["dpkg-query", "-W", "-f", form, "--", *(names or [])], 60, 32 << 20)
    # Exit code 1 says only that a name is not known; one that was asked for and is not listed is not installed.
    if ran.code not in ((0,) if names is None else (0, 1)) or ran.trouble:
        raise PackagesUnknown("dpkg-query failed: " + (ran.trouble or shell.last_line(ran.errors)))
    return _parsed(ran.output)


def _rpm(names: list[str] | None) -> list[Package]:
    form = "%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\tii\\n"
    which = ["-qa"] if names is None else ["-q", "--", *names]
    ran = shell.run(["rpm", "--qf", form, *which], 120, 32 << 20)
    if ran.code is None or ran.trouble or (names is None and ran.code != 0):
        raise PackagesUnknown("rpm failed: " + (ran.trouble or shell.last_line(ran.errors)))
    return _parsed(ran.output.replace(b"\t0:", b"\t"))


def _parsed(output: bytes) -> list[Package]:
    rows = [line.split("\t") for line in output.decode("utf-8", "replace").splitlines()]
    return [Package(row[0], row[1], row[2], row[3].strip()) for row in rows if len(row) == 4]
