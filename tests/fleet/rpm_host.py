"""A lab host that keeps its packages with rpm: Debian's rpm and dnf, packages made here, and dpkg out of sight."""

from __future__ import annotations

import shlex
from pathlib import Path

from orchestrator.lab.fleet import Lab

REPOSITORY = "/var/local/orch-repository"
PACKAGES = f"{REPOSITORY}/noarch"
INSTALL = """\
apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends -qy rpm dnf createrepo-c
"""
# The name, the version, more lines of the head, its own files, what its script makes, its files of configuration.
SPECIFICATION = """\
Name: {name}
Version: {version}
Release: 1
Summary: of a test
License: none
BuildArch: noarch
{more}
%description
Of a test.
%install
mkdir -p %{{buildroot}}/opt/{name} %{{buildroot}}/etc
echo {version} > %{{buildroot}}/opt/{name}/{file}
for file in {configuration}; do echo {version} > %{{buildroot}}$file; done
%post
mkdir -p {made}
%files
/opt/{name}/{file}
{listed}
"""
BUILD = """\
cat > /root/{name}.spec <<'END'
{text}
END
rpmbuild --quiet -bb --define '_topdir /root/rpmbuild' --define '_rpmdir {folder}' /root/{name}.spec
"""
MADE: list[tuple[str, str, str, str]] = [
    ("basesystem", "11", "Provides: /bin/sh", "/opt/basesystem"),
    ("orch-before", "1.0", "", "/srv/orch-before"),
    ("orch-new", "1.0", "", "/var/orch-www/html /srv/orch-new"),
    ("orch-new", "2.0", "Epoch: 1", "/var/orch-www/html /srv/orch-new"),
    ("orch-later", "1.0", "Requires: orch-new", "/srv/orch-later"),
    ("orch-kernel", "1", "", "/opt/orch-kernel"),
    ("orch-kernel", "2", "", "/opt/orch-kernel"),
    ("orch-kernel", "3", "", "/opt/orch-kernel"),
]
# What Ansible and orch know a system by; the interpreter of hosts stays Debian's.
BECOME = f"""\
mkdir -p /root/hidden /etc/rpm /usr/lib/sysimage/rpm
mv /usr/bin/dpkg* /usr/bin/apt* /etc/debian_version /usr/lib/os-release /root/hidden/
mv /var/lib/dpkg /root/hidden/lib-dpkg
printf 'NAME=Fedora\\nID=fedora\\nVERSION_ID=40\\nPRETTY_NAME="Fedora 40"\\n' > /usr/lib/os-release
echo 'Fedora release 40 (Forty)' > /etc/fedora-release
ln -s fedora-release /etc/redhat-release
echo '%_dbpath /usr/lib/sysimage/rpm' > /etc/rpm/macros
mkdir -p /etc/yum.repos.d
printf '[base]\\nname=base\\nbaseurl=file://{REPOSITORY}\\ngpgcheck=0\\nmetadata_expire=0\\n' > /etc/yum.repos.d/base.repo
createrepo_c -q {REPOSITORY}
rpm -i {PACKAGES}/basesystem-11-1.noarch.rpm
"""


def become_rpm_host(lab: Lab, host: str, made_key: Path) -> None:
    """Make it one: a repository at REPOSITORY, and a key to sign packages with at /root/key.asc."""
    as_root(lab, host, INSTALL)
    as_root(lab, host, "".join(_build(*each) for each in MADE))
    as_root(lab, host, f"cat > /root/key.asc <<'END'\n{made_key.read_text()}\nEND")
    as_root(lab, host, BECOME)


def _build(name: str, version: str, more: str, made: str) -> str:
    # Versions of a kernel are there side by side, so their files are not the same.
    file, configuration = (version, "") if name == "orch-kernel" else ("file", f"/etc/{name}.conf")
    listed = configuration and f"%config(noreplace) {configuration}"
    text = SPECIFICATION.format(
        name=name,
        version=version,
        more=more,
        made=made,
        file=file,
        configuration=configuration,
        listed=listed,
    )
    return BUILD.format(name=name, text=text, folder=REPOSITORY)


def as_root(lab: Lab, host: str, script: str) -> str:
    """A script that ends well, to its first fault; what it said."""
    ended = lab.ssh(host, f"sudo bash -ec {shlex.quote(script)}", seconds=400)
    assert ended.code == 0, ended.out + ended.err
    return ended.out
