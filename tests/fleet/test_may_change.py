"""What a deployment changes on real hosts is on its record, and a model can say what may change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.notes_site import BACKOUT, PLAYBOOK, Site, yaml_of

HOSTS = ("web1", "web2")
CONTROL = "Package: meddler\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody\nDescription: a test"
MEDDLING = f"""\
    - {{name: Its folder, ansible.builtin.file: {{path: /tmp/meddler/DEBIAN, state: directory, mode: "0755"}}}}
    - name: Its control file
      ansible.builtin.copy: {{content: {json.dumps(CONTROL + chr(10))}, dest: /tmp/meddler/DEBIAN/control, mode: "0644"}}
    - {{name: The package, ansible.builtin.shell: "dpkg-deb --build /tmp/meddler /tmp/meddler.deb && dpkg -i /tmp/meddler.deb"}}
    - {{name: A second root, ansible.builtin.command: {{cmd: useradd --non-unique --uid 0 --no-create-home toor}}}}
"""
MENDING = """\
    - {name: No package, ansible.builtin.command: {cmd: dpkg --purge meddler}}
    - {name: No second root, ansible.builtin.shell: "userdel --force toor || ! grep -q ^toor: /etc/passwd"}
    - {name: Nothing of it, ansible.builtin.shell: "rm -rf /tmp/meddler /tmp/meddler.deb"}
"""
MODEL = {
    "orch": 1,
    "model": "notes-only",
    "version": 1,
    "title": "Notes",
    "purpose": "Leave a note and change nothing else.",
    "requires": {},
    "may_change": {"files": ["/opt/notes/**"], "packages": "none", "users": "none"},
    "steps": [{"step": "Only a note.", "role": "anybody", "seen_by": "what may change"}],
}


class Meddling(Site):
    """A site whose release installs a package and adds a root user, and whose backout takes both away."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        super().__init__(lab, folder)
        (self.project / "playbooks/note.yml").write_text(PLAYBOOK + MEDDLING)
        (self.project / "rollback/note.yml").write_text(BACKOUT + MENDING)
        (self.project / "models").mkdir()
        (self.project / "models/notes-only.yml").write_text(yaml_of(MODEL))

    def held_to_notes(self, plan: str) -> str:
        """The plan, with the model that allows notes alone."""
        by_model = '"kind": "big-bang", "model": "models/notes-only.yml"'
        Path(plan).write_text(Path(plan).read_text().replace('"kind": "big-bang"', by_model))
        return plan

    def ended(self, plan: str, *, expect: int) -> dict[str, Any]:
        """The result of deploying it."""
        result: dict[str, Any] = json.loads(
            self.orch("deploy", plan, "--json", expect=expect).splitlines()[-1]
        )
        return result


@pytest.mark.long
def test_a_release_that_installs_a_package_and_a_root_user_is_rejected_where_only_notes_may_change(
    tmp_path: Path, light_lab: Lab
) -> None:
    site = Meddling(light_lab, tmp_path)
    before = _accounts(light_lab)
    ended = site.ended(site.held_to_notes(site.plan("held", ",".join(HOSTS))), expect=5)
    assert {stands["standing"] for stands in ended["hosts"].values()} == {"restored"}
    # A shell says nothing of what it changed; the comparison does.
    assert "restored in what was captured" in ended["words"][0]
    words = " ".join(ended["words"])
    assert "web1 changed group toor (exists), which model notes-only does not allow (and " in words
    assert _accounts(light_lab) == before


@pytest.mark.slow
def test_without_a_rule_it_completes_with_the_difference_on_its_record(
    tmp_path: Path, light_lab: Lab
) -> None:
    site = Meddling(light_lab, tmp_path)
    before = _accounts(light_lab)
    done = site.ended(site.plan("free", ",".join(HOSTS)), expect=0)["deployment"]
    record = site.orch("record", "show", done)
    assert "web1, web2: package meddler is new" in record
    assert "web1, web2: user toor is new" in record
    assert "web1: user toor is new" in site.orch("baseline", "diff", done, "web1", "--deployed")
    site.orch("record", "show", done, "--html", str(tmp_path / "page.html"))
    assert "What changed" in (tmp_path / "page.html").read_text()
    site.orch("rollback", done, "--reason", "end of the test", expect=5)
    assert _accounts(light_lab) == before


def _accounts(lab: Lab) -> str:
    return "".join(
        lab.ssh(host, "cut -d: -f1,3 /etc/passwd; dpkg -l meddler 2>&1 | grep ^ii || true").out
        for host in HOSTS
    )
