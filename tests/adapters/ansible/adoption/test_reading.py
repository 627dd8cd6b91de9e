"""What is read of a tree from its text: things, gaps, questions, and what a plan has to allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.adoption.places import places_of
from orchestrator.adapters.ansible.adoption.reading import read_playbook, read_role
from orchestrator.domain.adoption.tree_reading import PlaybookReading

FLAT = Path("tests/cases/adoption/flat")


def reading_of(tasks: str, tmp_path: Path, head: str = "") -> PlaybookReading:
    """A play for web with these tasks."""
    (tmp_path / "site.yml").write_text(f"- hosts: web\n{head}  tasks:\n{tasks}")
    return read_playbook("site.yml", tmp_path)


def things(reading: PlaybookReading) -> set[str]:
    return {f"{change.kind} {change.name}" for change in reading.changes}


# one task with what it changes; nothing for a gap
CHANGES = {
    "template: {src: a.j2, dest: /etc/a.conf}": {"file /etc/a.conf"},
    "template: src=a.j2 dest=/etc/a.conf mode=0644": {"file /etc/a.conf"},
    "action: template src=a.j2 dest=/etc/a.conf": {"file /etc/a.conf"},
    "ansible.builtin.copy: {src: a, dest: /etc/a}": {"file /etc/a"},
    "ansible.builtin.copy: {src: folder/, dest: /srv/a}": {"tree /srv/a"},
    "file: {path: /opt/a, state: directory}": {"folder /opt/a"},
    "file: {path: /opt/a, state: absent}": {"tree /opt/a"},
    "file: {src: /opt/a, dest: /usr/bin/a, state: link}": {"file /usr/bin/a"},
    "lineinfile: {path: /etc/hosts, line: a}": {"file /etc/hosts"},
    "unarchive: {src: a.tgz, dest: /opt/a}": {"tree /opt/a"},
    "unarchive: {src: a.tgz, dest: /opt, creates: /opt/a-1/bin}": {"tree /opt/a-1"},
    "unarchive: {src: a.tgz, dest: /opt}": set(),
    "get_url: {url: http://h/a, dest: /opt/a.bin}": {"file /opt/a.bin"},
    "git: {repo: r, dest: /srv/a}": {"tree /srv/a"},
    "apt: {name: [nginx, curl], state: present}": {"package nginx", "package curl"},
    "yum: name=httpd state=present": {"package httpd"},
    "package: {name: '{{ unknown }}'}": {"package *"},
    "service: {name: nginx, state: started}": {"unit nginx.service"},
    "systemd: {daemon_reload: true}": set(),
    "user: {name: ada, home: /srv/ada}": {"user ada", "folder /srv/ada"},
    "user: {name: ada, create_home: false}": {"user ada"},
    "group: name=staff2": {"group staff2"},
    "cron: {name: n, user: ada, job: j}": {"file /var/spool/cron/ada", "file /var/spool/cron/crontabs/ada"},
    "cron: {name: n, cron_file: n, job: j}": {"file /etc/cron.d/n"},
    "authorized_key: {user: ada, key: k}": {"file ~ada/.ssh/authorized_keys"},
    "ansible.posix.sysctl: {name: vm.swappiness, value: 1}": {
        "sysctl vm.swappiness",
        "file /etc/sysctl.conf",
    },
    "command: {cmd: make, creates: /opt/made}": {"tree /opt/made"},
    "shell: make creates=/opt/made": {"tree /opt/made"},
    "command: make": set(),
    "mysql_db: {name: a}": set(),
    "template: {src: a.j2, dest: '{{ nobody_says }}/a'}": set(),
    "copy: {src: a, dest: '/srv/{{ inventory_hostname }}.a'}": {"file /srv/{{ inventory_hostname }}.a"},
    "copy: {src: a, dest: /tmp/a}": set(),
    "debug: {msg: a}": set(),
}


@pytest.mark.parametrize(("task", "changed"), CHANGES.items(), ids=CHANGES)
def test_what_a_task_changes(task: str, changed: set[str], tmp_path: Path) -> None:
    assert things(reading_of(f"    - {task}\n", tmp_path)) == changed


@pytest.mark.parametrize(
    ("task", "why"),
    {
        "command: make": "runs a program",
        "mysql_db: {name: a}": "`mysql_db` changes is not known",
        "template: {src: a.j2, dest: '{{ nobody_says }}/a'}": "only a run knows",
        "unarchive: {src: a.tgz, dest: /opt}": "belongs to this release",
        "ufw: {rule: allow}": "the firewall `allow`",
        "include_tasks: '{{ family }}.yml'": "by a name that only a run knows",
        "pip: {name: flask}": "the python package `flask`",
    }.items(),
)
def test_what_cannot_be_told_is_a_gap(task: str, why: str, tmp_path: Path) -> None:
    gaps = reading_of(f"    - {task}\n", tmp_path).gaps
    assert [why in gap.why for gap in gaps] == [True]
    assert gaps[0].origin.place == "site.yml:3"


@pytest.mark.parametrize(
    "task",
    ["command: make\n      changed_when: false", "systemd: {daemon_reload: true}", "uri: {url: http://h}"],
)
def test_what_changes_nothing_is_no_gap(task: str, tmp_path: Path) -> None:
    assert reading_of(f"    - {task}\n", tmp_path).gaps == ()


def test_variables_are_followed_and_every_value_counts(tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "all.yml").write_text("place: /srv/two\n")
    tasks = (
        "    - template: {src: a.j2, dest: '{{ place }}/a'}\n"
        "    - copy: {content: '', dest: '{{ base }}/{{ item.name }}'}\n"
        "      loop: '{{ parts }}'\n"
        "    - file: {path: '{{ item }}', state: directory}\n"
        "      with_items: ['{{ base }}', /opt/b]\n"
    )
    head = "  vars:\n    place: /srv/one\n    base: /opt/{{ short }}\n    short: a\n    parts: [{name: x}, {name: y}]\n"
    assert things(reading_of(tasks, tmp_path, head)) == {
        "file /srv/one/a",
        "file /srv/two/a",
        "file /opt/a/x",
        "file /opt/a/y",
        "folder /opt/a",
        "folder /opt/b",
    }


def test_a_registered_name_is_never_guessed(tmp_path: Path) -> None:
    tasks = (
        "    - command: mktemp\n      register: place\n      changed_when: false\n"
        "    - copy: {content: '', dest: '{{ place }}'}\n"
    )
    reading = reading_of(tasks, tmp_path, "  vars: {place: /opt/a}\n")
    assert (things(reading), len(reading.gaps)) == (set(), 1)


def test_conditions_make_a_thing_uncertain(tmp_path: Path) -> None:
    tasks = (
        "    - service: {name: a, state: started}\n      when: x\n"
        "    - block:\n        - service: {name: b, state: started}\n      when: x\n"
        "    - service: {name: c, state: started}\n"
    )
    certain = {change.name: change.certain for change in reading_of(tasks, tmp_path).changes}
    assert certain == {"a.service": False, "b.service": False, "c.service": True}


def test_facts_as_variables_delegates_and_questions(tmp_path: Path) -> None:
    tasks = (
        "    - copy: {content: '{{ ansible_hostname }} {{ ansible_user }}', dest: /etc/a}\n"
        "    - command: notify\n      delegate_to: localhost\n"
        "    - wait_for: {port: 8080}\n"
        "    - uri: {url: http://localhost:8080/health}\n"
    )
    reading = reading_of(tasks, tmp_path)
    assert reading.injected_facts == ("ansible_hostname",)
    assert reading.delegates == ("localhost",)
    assert [(asked.kind, asked.value) for asked in reading.asked] == [
        ("port", "8080"),
        ("http", "http://localhost:8080/health"),
    ]
    assert reading.gaps == ()


def test_what_no_log_hides_is_claimed(tmp_path: Path) -> None:
    reading = reading_of(
        "    - name: Lay the key\n      copy: {content: k, dest: /etc/key}\n      no_log: true\n", tmp_path
    )
    assert [(claim.task, claim.path) for claim in reading.claims] == [("Lay the key", "/etc/key")]


def test_the_flat_tree(root: Path) -> None:
    reading = read_playbook("pump.yml", root / FLAT)
    assert things(reading) == {
        "group pump",
        "user pump",
        "folder /opt/pump",
        "folder /opt/pump/parts",
        "file /opt/pump/pump.sh",
        "file /opt/pump/parts/inlet",
        "file /opt/pump/parts/outlet",
        "file /etc/systemd/system/pump.service",
        "file /etc/motd",
        "file /usr/local/bin/pump",
        "file /etc/default/pump",
        "tree /opt/pump/key",
        "unit pump.service",
    }
    assert reading.gaps == ()
    assert [(unit.artefact, unit.on_target) for unit in reading.carried] == [
        ("files/pump.sh", "/opt/pump/pump.sh")
    ]


def test_places(root: Path, tmp_path: Path) -> None:
    assert places_of(root / FLAT).playbooks == ("pump.yml",)
    assert [place.path for place in places_of(root / FLAT).inventories] == ["hosts"]
    for name in ("production", "staging"):
        (tmp_path / "inventories" / name).mkdir(parents=True)
        (tmp_path / "inventories" / name / "hosts").write_text("a\n")
    (tmp_path / "a.yml").write_text("- hosts: localhost\n")
    (tmp_path / "site.yml").write_text("- hosts: all\n")
    (tmp_path / "deploy.yml").write_text("- hosts: all\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "inventory.sh").write_text("#!/bin/sh\n")
    places = places_of(tmp_path)
    assert places.playbooks == ("site.yml", "deploy.yml")
    assert [place.path for place in places.inventories] == ["inventories/staging", "inventories/production"]
    (tmp_path / "ansible.cfg").write_text("[defaults]\ninventory = inventories/production\n")
    assert places_of(tmp_path).inventories[0].path == "inventories/production"


def test_a_repository_that_is_one_role(tmp_path: Path) -> None:
    role = tmp_path / "ansible-role-a"
    for name, text in {
        "tasks/main.yml": "- import_tasks: more.yml\n",
        "tasks/more.yml": "- template: {src: a.j2, dest: '{{ a_place }}'}\n",
        "defaults/main.yml": "a_place: /etc/a\n",
    }.items():
        (role / name).parent.mkdir(parents=True, exist_ok=True)
        (role / name).write_text(text)
    assert places_of(role).is_role
    reading = read_role("apply-role.yml", "ansible-role-a", role)
    assert things(reading) == {"file /etc/a"}
    assert reading.changes[0].origin.place == "tasks/more.yml:1"
