"""What a deployment changes on real hosts is on its record, and a model can say what may change."""

from __future__ import annotations

import json
from pathlib import Path

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


def test_a_release_that_installs_a_package_and_a_root_user_is_rejected_where_only_notes_may_change(
    tmp_path: Path, light_lab: Lab
) -> None:
    site = Site(light_lab, tmp_path)
    (site.project / "playbooks/note.yml").write_text(PLAYBOOK + MEDDLING)
    (site.project / "rollback/note.yml").write_text(BACKOUT + MENDING)
    (site.project / "models").mkdir()
    (site.project / "models/notes-only.yml").write_text(yaml_of(MODEL))
    before = _accounts(light_lab)

    free = site.plan("free", ",".join(HOSTS))
    done = json.loads(site.orch("deploy", free, "--json").splitlines()[-1])
    record = site.orch("record", "show", done["deployment"])
    assert "web1, web2: package meddler is new" in record
    assert "web1, web2: user toor is new" in record
    assert "toor" in _accounts(light_lab)
    site.orch("rollback", done["deployment"], "--reason", "end of the first part", expect=5)
    assert _accounts(light_lab) == before

    held = site.plan("held", ",".join(HOSTS))
    text = (
        Path(held)
        .read_text()
        .replace('"kind": "big-bang"', '"kind": "big-bang", "model": "models/notes-only.yml"')
    )
    Path(held).write_text(text)
    assert "may change, by model notes-only: files /opt/notes/**; nothing else" in site.orch(
        "plan", "show", held
    )
    ended = json.loads(site.orch("deploy", held, "--json", expect=5).splitlines()[-1])
    assert {stands["standing"] for stands in ended["hosts"].values()} == {"restored"}
    assert "0 differences" in ended["words"][0]
    assert (
        "changed group toor (exists), which model notes-only does not allow (and 2 changes more there, 1 host more)"
        in " ".join(ended["words"])
    )
    assert _accounts(light_lab) == before


def _accounts(lab: Lab) -> str:
    return "".join(
        lab.ssh(host, "cut -d: -f1,3 /etc/passwd; dpkg -l meddler 2>&1 | grep ^ii || true").out
        for host in HOSTS
    )
