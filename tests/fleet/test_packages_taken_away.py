"""The program of `orch init` on a real host: packages that came go, and nothing else goes with them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from orchestrator.adapters.files.on_hosts.program_text import program_text
from orchestrator.lab.fleet import Lab
from tests.fleet.lab_targets import run
from tests.fleet.labs import lab_for

BUILD = """\
mkdir -p /tmp/{name}/DEBIAN /tmp/{name}/opt/{name} /tmp/{name}/etc
echo x > /tmp/{name}/opt/{name}/file
echo c > /tmp/{name}/etc/{name}.conf
printf 'Package: {name}\\nVersion: 1.0\\nArchitecture: all\\n{more}' > /tmp/{name}/DEBIAN/control
printf 'Maintainer: test <t@t>\\nDescription: test\\n' >> /tmp/{name}/DEBIAN/control
echo /etc/{name}.conf > /tmp/{name}/DEBIAN/conffiles
printf '#!/bin/sh\\nmkdir -p {made}\\n' > /tmp/{name}/DEBIAN/postinst
chmod 755 /tmp/{name}/DEBIAN/postinst
dpkg-deb --build /tmp/{name} /tmp/{name}.deb
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A host of these tests alone: packages come and go."""
    with lab_for("packages-away", 1) as made:
        root(made, f"cat > /root/kept.py <<'END'\n{program_text()}\nEND")
        for name, more, made_by in (
            ("orch-before", "", "/srv/orch-before"),
            ("orch-new", "", "/var/orch-www/html /srv/orch-new"),
            ("orch-later", "Depends: orch-new\\n", "/srv/orch-later"),
        ):
            root(made, BUILD.format(name=name, more=more, made=made_by))
        yield made


def root(lab: Lab, command: str) -> None:
    run(lab, "web1", f"sudo bash -s <<'OF_THE_TEST'\n{command}\nOF_THE_TEST")


def kept(lab: Lab, verb: str, deployment: str, more: str = "") -> tuple[int, str]:
    ended = lab.ssh("web1", f"sudo python3 /root/kept.py {verb} orch-test {deployment} {more}")
    return ended.code, ended.out + ended.err


def there(lab: Lab, words: str) -> str:
    return lab.ssh("web1", f"sudo bash -c '{words}'").out


# What was here, what the deployment does, what happens after it; whether the backout says why it does not begin; what is
# there afterwards, and what is gone
ROWS: list[tuple[str, str, str, str, str, list[str], list[str]]] = [
    ("what came", "dpkg -i /tmp/orch-before.deb", "dpkg -i /tmp/orch-new.deb", "true", "",
     ["/opt/orch-before/file", "/srv/orch-before"], ["/opt/orch-new", "/srv/orch-new", "/etc/orch-new.conf"]),
    ("behind a link that was here", "mkdir -p /srv/site/html && touch /srv/site/html/page && ln -s /srv/site /var/orch-www",
     "dpkg -i /tmp/orch-new.deb", "true", "", ["/srv/site/html/page", "/var/orch-www"], ["/opt/orch-new", "/srv/orch-new"]),
    ("what a person installed later", "true", "dpkg -i /tmp/orch-new.deb", "dpkg -i /tmp/orch-before.deb", "",
     ["/opt/orch-before/file"], ["/opt/orch-new"]),
    ("what was installed later and needs it", "true", "dpkg -i /tmp/orch-new.deb", "dpkg -i /tmp/orch-later.deb",
     "would also take what was here before: orch-later", ["/opt/orch-new/file", "/opt/orch-later/file"], []),
    ("what was here before, and came again", "dpkg -i /tmp/orch-before.deb", "dpkg -i /tmp/orch-before.deb", "true", "",
     ["/opt/orch-before/file"], []),
    ("of which only the configuration was here",
     "dpkg -i /tmp/orch-before.deb && echo mine > /etc/orch-before.conf && dpkg -r orch-before",
     "dpkg -i --force-confold /tmp/orch-before.deb", "true", "", ["/etc/orch-before.conf"], ["/opt/orch-before/file"]),
    ("an override of a person", "true", "dpkg -i /tmp/orch-new.deb",
     "touch /root/own && dpkg-statoverride --add root root 0600 /root/own", "", ["/root/own"], ["/opt/orch-new"]),
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(
    ("before", "deploy", "later", "says", "stays", "gone"),
    [row[1:] for row in ROWS],
    ids=[row[0].replace(" ", "-") for row in ROWS],
)
def test_only_packages_that_came_go(
    lab: Lab, before: str, deploy: str, later: str, says: str, stays: list[str], gone: list[str]
) -> None:
    try:
        run(lab, "web1", f"sudo bash -c '{before}'")
        changes = json.dumps({"packages": True})
        assert kept(lab, "keep", "d1", f"'{changes}'")[0] == 0
        run(lab, "web1", f"sudo bash -c '{deploy}'")
        assert kept(lab, "note", "d1")[0] == 0
        run(lab, "web1", f"sudo bash -c '{later}'")
        code, words = kept(lab, "packages", "d1")
        assert (code, says in words) == (1 if says else 0, True), words
        assert there(lab, f"ls -d {' '.join(stays)}").split() == sorted(stays)
        for name in gone:
            assert there(lab, f"ls -d {name} 2>&1 || true").endswith("No such file or directory\n"), name
        if "/root/own" in stays:
            assert "/root/own" in there(lab, "dpkg-statoverride --list")
    finally:
        run(
            lab,
            "web1",
            "sudo bash -c 'dpkg -P orch-later orch-new orch-before; dpkg-statoverride --remove /root/own;"
            " rm -rf /var/orch-www /srv/* /root/own /var/lib/orch-kept; true'",
        )
