"""What is read of a tree from its text: things, gaps, questions, and what a plan has to allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.adoption.places import places_of
from orchestrator.adapters.ansible.adoption.reading import read_playbook, read_role
from orchestrator.domain.adoption.tree_reading import PlaybookReading
from tests.worlds.project import write_all

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
    "mysql_db: {name: a}": {"folder /var/lib/mysql"},
    "community.postgresql.postgresql_user: {name: a}": {
        "folder /var/lib/pgsql",
        "folder /var/lib/postgresql",
    },
    "docker_container: {name: a}": set(),
    "command: initdb -D /srv/db": {"tree /srv/db"},
    "command: '{{ somewhere }}/initdb --pgdata=/srv/db'": {"tree /srv/db"},
    "command: '{{ somewhere }}/nginx -t'": set(),
    "template: {src: a.j2, dest: '{{ nobody_says }}/a'}": set(),
    "copy: {src: a, dest: '/srv/{{ inventory_hostname }}.a'}": {"file /srv/{{ inventory_hostname }}.a"},
    "copy: {src: a, dest: /tmp/a}": set(),
    "debug: {msg: a}": set(),
    "community.crypto.openssh_keypair: {path: /etc/k}": {"file /etc/k", "file /etc/k.pub"},
    "pamd: {name: sshd, type: auth}": {"file /etc/pam.d/sshd"},
    "ini_file: {dest: /etc/a.ini, section: s}": {"file /etc/a.ini"},
    "file: {path: ~postfix/pid, state: absent}": {"tree ~postfix/pid"},
    "command: newaliases": {"file /etc/aliases.db"},
    "command: postmap hash:/etc/postfix/virtual": {"file /etc/postfix/virtual.db"},
    "command: {argv: [a2ensite, shop]}": {
        "file /etc/apache2/sites-enabled/shop.conf",
        "tree /var/lib/apache2/site",
    },
    "command: systemctl enable shop": {"unit shop.service"},
    "shell: exportfs -ra": set(),
    "shell: newaliases; rm -rf /srv": set(),
}


@pytest.mark.parametrize(("task", "changed"), CHANGES.items(), ids=CHANGES)
def test_what_a_task_changes(task: str, changed: set[str], tmp_path: Path) -> None:
    assert things(reading_of(f"    - {task}\n", tmp_path)) == changed


@pytest.mark.parametrize(
    ("task", "why"),
    {
        "command: make": "runs a program",
        "shell: newaliases; rm -rf /srv": "runs a program",
        "command: postfix check && rm /srv/a": "runs a program",
        "command: systemctl": "runs a program",
        "command: nginx": "runs a program",
        "mysql_db: {name: a}": "in the data of a server that was here before",
        "docker_container: {name: a}": "`docker_container` changes is not known",
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
    [
        *(
            "command: make\n      changed_when: false",
            "systemd: {daemon_reload: true}",
            "uri: {url: http://h}",
        ),
        *("command: exportfs -ra", "command: /usr/sbin/postfix check", "command: systemctl daemon-reload"),
        "template: {src: a.j2, dest: /etc/a}\n      loop: []",
    ],
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
    assert [(claim.task, claim.changed) for claim in reading.claims] == [("Lay the key", "file: /etc/key")]


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
    write_all(
        role,
        {
            "tasks/main.yml": "- import_tasks: more.yml\n",
            "tasks/more.yml": "- template: {src: a.j2, dest: '{{ a_place }}'}\n",
            "defaults/main.yml": "a_place: /etc/a\n",
        },
    )
    assert places_of(role).is_role
    reading = read_role("apply-role.yml", "ansible-role-a", role)
    assert things(reading) == {"file /etc/a"}
    assert reading.changes[0].origin.place == "tasks/more.yml:1"


EXPRESSIONS = {
    "{{ a ~ '/b' }}": {"/opt/a/b"},
    "{{ a + '/b' }}": {"/opt/a/b"},
    "{{ missing | default(a ~ '/c') }}": {"/opt/a/c"},
    "{{ a if x else '/opt/b' }}": {"/opt/a", "/opt/b"},
    "{{ by_system[ansible_facts['os_family']] }}": {"/etc/deb", "/etc/rpm"},
    "{{ by_system['Debian'] }}": {"/etc/deb"},
    "{{ by_system.get('Suse', '/etc/other') }}": {"/etc/other"},
    "/etc/{{ domain.split('.')[0] }}.conf": {"/etc/shop.conf"},
    "/etc/{{ '.'.join(net.split('.')[::-1]) }}.zone": {"/etc/2.0.192.zone"},
    "{{ a | dirname }}/{{ domain | upper }}": {"/opt/SHOP.EXAMPLE.COM"},
    "/etc/{{ domain | regex_replace('[.]example.*', '') }}": {"/etc/shop"},
    "{{ a }}/{{ words | join('-') }}": {"/opt/a/x-y"},
    "{{ words | map('upper') | first }}": set(),
    "/etc/{{ (pairs | items2dict(key_name='k', value_name='v')).two }}": {"/etc/b"},
    "/etc/{{ (pairs | items2dict(key_name=asked.x)).two }}": set(),
    "{{ asked.stdout }}": set(),
    "{{ asked.stdout | default('/opt/b') }}": set(),
    "{{ ansible_env.HOME | default('/root') }}/x": set(),
    "{{ lookup('env', 'X') }}": set(),
    "{{ a | unknown_filter }}": set(),
    "{% if x %}/a{% endif %}": set(),
    "{{ '(' * 9999999999 }}": set(),
    "{{ a.__class__ }}": set(),
    "{{ domain | regex_replace('(', '') }}": set(),
}


@pytest.mark.parametrize(("dest", "paths"), EXPRESSIONS.items(), ids=EXPRESSIONS)
def test_expressions_have_every_value_of_their_branches(dest: str, paths: set[str], tmp_path: Path) -> None:
    head = (
        "  vars:\n    a: /opt/a\n    by_system: {Debian: /etc/deb, RedHat: /etc/rpm}\n    domain: shop.example.com\n"
        "    net: 192.0.2\n    words: [x, y]\n    pairs: [{k: one, v: a}, {k: two, v: b}]\n"
    )
    tasks = (
        "    - command: ask\n      register: asked\n      changed_when: false\n"
        f"    - copy: {{content: '', dest: \"{dest}\"}}\n"
    )
    reading = reading_of(tasks, tmp_path, head)
    assert {change.name for change in reading.changes} == paths
    assert bool(reading.gaps) is not bool(paths)


LOOPS = {
    "with_dict: {x: {at: /opt/a}, y: {at: /opt/b}} => {{ item.value.at }}": {"/opt/a", "/opt/b"},
    "with_nested: [[/opt, /srv], [a, b]] => {{ item.0 }}/{{ item.1 }}": {
        "/opt/a",
        "/opt/b",
        "/srv/a",
        "/srv/b",
    },
    "with_together: [[/opt, /srv], [a, b]] => {{ item[0] }}/{{ item[1] }}": {"/opt/a", "/srv/b"},
    "with_subelements: [[{at: /opt, in: [a, b]}], in] => {{ item.0.at }}/{{ item.1 }}": {"/opt/a", "/opt/b"},
    "with_community.general.flattened: [[/opt/a], [[/opt/b]]] => {{ item }}": {"/opt/a", "/opt/b"},
    "loop: [/opt/a]\n      loop_control: {loop_var: each} => {{ each }}": {"/opt/a"},
    "loop: \"{{ {'k': '/opt/a'} | dict2items }}\" => {{ item.value }}": {"/opt/a"},
    "with_dict: '{{ unset.x | default({}) }}' => {{ item.key }}": None,
    "with_dict: '{{ known.lacks }}' => {{ item.key }}": None,
    "with_dict: '{{ unset }}' => {{ item.key }}": set(),
    "with_fileglob: ['*.conf'] => /etc/{{ item | basename }}": set(),
    "loop: '{{ asked.files }}' => {{ item.path | default('/opt/a') }}": set(),
}


@pytest.mark.parametrize(("loop", "paths"), LOOPS.items(), ids=LOOPS)
def test_loops_in_all_their_forms(loop: str, paths: set[str] | None, tmp_path: Path) -> None:
    """None: it has no round, so nothing is changed and nothing is missing."""
    words, _, dest = loop.partition(" => ")
    task = f"    - copy: {{content: '', dest: \"{dest}\"}}\n      {words}\n"
    reading = reading_of(task, tmp_path, "  vars: {known: {x: y}}\n")
    assert {change.name for change in reading.changes} == (paths or set())
    assert bool(reading.gaps) is (paths == set())


def test_what_is_included_in_a_loop_sees_each_element_by_itself(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(
        "- file: {path: '{{ site.root }}/{{ site.name }}', state: directory}\n"
        "- copy: {content: '', dest: '{{ site.root }}/{{ item }}'}\n  loop: '{{ site.files }}'\n"
    )
    tasks = (
        "    - include_tasks: one.yml\n      loop: [{name: a, root: /srv, files: [x]}, {name: b, root: /opt, files: [y]}]\n"
        "      loop_control: {loop_var: site}\n"
    )
    reading = reading_of(tasks, tmp_path)
    assert things(reading) == {"folder /srv/a", "folder /opt/b", "file /srv/x", "file /opt/y"}


def test_a_loop_over_answers_knows_what_was_asked(tmp_path: Path) -> None:
    tasks = (
        "    - stat: {path: '{{ item }}'}\n      loop: [/etc/a, /etc/b]\n      register: seen\n"
        "    - file: {path: '{{ item.item }}', mode: '0600'}\n      loop: '{{ seen.results }}'\n"
        "    - file: {path: '{{ item.stat.path }}x', mode: '0600'}\n      loop: '{{ seen.results }}'\n"
    )
    assert things(reading_of(tasks, tmp_path)) == {
        "file /etc/a",
        "file /etc/b",
        "file /etc/ax",
        "file /etc/bx",
    }


def test_variables_of_the_inventory_count(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text(
        "[web]\nw1 place='/srv/one' port=1\n[web:vars]\nother = /srv/two\n[all:children]\nweb\n"
    )
    (tmp_path / "hosts.yml").write_text(
        "all: {children: {web: {hosts: {w1: {place: /srv/three}}, vars: {other: /srv/four}}}}\n"
    )
    (tmp_path / "site.yml").write_text(
        "- hosts: web\n  tasks:\n    - copy: {src: a, dest: '{{ place }}'}\n    - copy: {src: a, dest: '{{ other }}'}\n"
    )
    old = read_playbook("site.yml", tmp_path, tmp_path / "hosts")
    new = read_playbook("site.yml", tmp_path, tmp_path / "hosts.yml")
    assert things(old) == {"file /srv/one", "file /srv/two"}
    assert things(new) == {"file /srv/three", "file /srv/four"}


CONDITIONS = {
    "ansible_os_family == 'FreeBSD'": ("ansible_facts['os_family'] == 'FreeBSD'",),
    "ansible_facts.distribution in ['Ubuntu', 'Debian']": (
        "ansible_facts.distribution in ['Ubuntu', 'Debian']",
    ),
    "wanted and ansible_os_family == 'RedHat'": ("ansible_facts['os_family'] == 'RedHat'",),
    "wanted or ansible_os_family == 'RedHat'": (),
    "ansible_distribution_major_version | int > 8": (
        "ansible_facts['distribution_major_version'] | int > 8",
    ),
    "ansible_distribution_version is version('8', '<')": (
        "ansible_facts['distribution_version'] is version('8', '<')",
    ),
    "ansible_facts['packages']['a'] is defined": (),
    "ansible_memtotal_mb > 3": (),
    "ansible_os_family == lookup('env', 'X')": (),
    "wanted": (),
    "true": (),
}


@pytest.mark.parametrize(("when", "tests"), CONDITIONS.items(), ids=CONDITIONS)
def test_a_gap_is_one_where_the_facts_of_a_host_say_so(
    when: str, tests: tuple[str, ...], tmp_path: Path
) -> None:
    reading = reading_of(f'    - command: make\n      when: "{when}"\n', tmp_path)
    assert [gap.when for gap in reading.gaps] == [tests]


def test_conditions_of_blocks_includes_and_roles_count(tmp_path: Path) -> None:
    write_all(
        tmp_path,
        {
            "roles/a/tasks/main.yml": "- command: one\n",
            "roles/b/tasks/main.yml": (
                "- include_tasks: 'setup-{{ ansible_os_family }}.yml'\n- import_tasks: both.yml\n"
                "- import_tasks: both.yml\n  when: ansible_system == 'Linux'\n"
            ),
            "roles/b/tasks/setup-Debian.yml": "- command: two\n",
            "roles/b/tasks/both.yml": "- command: three\n",
        },
    )
    roles = "  roles:\n    - {role: a, when: ansible_system == 'Linux'}\n    - b\n"
    tasks = (
        "    - block:\n        - command: four\n          when: ansible_os_family == 'Suse'\n"
        "      when: ansible_system == 'Linux'\n"
    )
    reading = reading_of(tasks, tmp_path, roles)
    linux = "ansible_facts['system'] == 'Linux'"
    assert {gap.origin.place: gap.when for gap in reading.gaps} == {
        "roles/a/tasks/main.yml:1": (linux,),
        "roles/b/tasks/setup-Debian.yml:1": (
            "'setup-' ~ (ansible_facts['os_family']) ~ '.yml' == 'setup-Debian.yml'",
        ),
        "roles/b/tasks/both.yml:1": (),
        "site.yml:7": (linux, "ansible_facts['os_family'] == 'Suse'"),
    }


def test_roles_of_collections_are_read_and_a_missing_role_is_a_gap(tmp_path: Path) -> None:
    role = tmp_path / "collections/ansible_collections/acme/shop/roles/front/tasks"
    role.mkdir(parents=True)
    (role / "main.yml").write_text("- copy: {content: '', dest: /etc/front}\n")
    for head in ("  collections: [acme.shop]\n  roles: [front]\n", "  roles: [acme.shop.front]\n"):
        assert things(reading_of("", tmp_path, head)) == {"file /etc/front"}
    reading = reading_of("", tmp_path, "  roles: [nowhere, acme.shop.absent]\n")
    assert [gap.why.split("`")[1] for gap in reading.gaps] == ["nowhere", "acme.shop.absent"]


NEVER = {
    "wanted": True,
    "wanted | bool": True,
    "not also": True,
    "wanted and ansible_os_family == 'Debian'": True,
    "ansible_os_family == 'Debian' or wanted": False,
    "wanted or not also": True,
    "kind == 'b'": True,
    "kind != 'a'": True,
    "kind in ['b', 'c']": True,
    "'a' not in [kind]": True,
    "either": False,
    "off_word": True,
    "unset": False,
    "unset is defined": False,
    "answer.rc != 0": False,
    "asked_for": False,
    "kind | length > 5": False,
    "{{ wanted }}": False,
}


@pytest.mark.parametrize(("when", "never"), NEVER.items(), ids=NEVER)
def test_a_task_whose_condition_no_value_fulfils_changes_nothing(
    when: str,
    never: bool,  # noqa: FBT001 - a column of the table
    tmp_path: Path,
) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars/all.yml").write_text("either: true\nasked_for: false\n")
    head = (
        "  vars_prompt: [{name: asked_for}]\n"
        "  vars: {wanted: false, also: true, kind: a, either: false, off_word: 'no'}\n"
    )
    tasks = (
        "    - command: ask\n      register: answer\n      changed_when: false\n"
        f'    - command: make\n      when: "{when}"\n'
        f'    - block:\n        - command: make\n      when: ["{when}"]\n'
    )
    assert len(reading_of(tasks, tmp_path, head).gaps) == (0 if never else 2)


def test_what_a_plan_sets_or_a_survey_asks_is_not_certain(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text(
        "- hosts: web\n  vars: {one: false, two: false}\n  tasks:\n"
        "    - command: make\n      when: one\n    - command: make\n      when: two\n"
    )
    assert len(read_playbook("site.yml", tmp_path).gaps) == 0
    assert len(read_playbook("site.yml", tmp_path, None, {"one": False}, ["two"]).gaps) == 2


def test_what_a_template_may_hide_is_claimed(tmp_path: Path) -> None:
    task = "    - copy: {content: k, dest: /etc/key}\n      no_log: '{{ not ansible_check_mode }}'\n"
    assert [claim.changed for claim in reading_of(task, tmp_path).claims] == ["file: /etc/key"]


def test_names_of_includes_are_followed_through_variables(tmp_path: Path) -> None:
    write_all(
        tmp_path,
        {
            "roles/a/tasks/main.yml": (
                "- include_tasks: \"{{ a_hook | default('nothing.yml') }}\"\n- include_tasks: '{{ a_way }}.yml'\n"
                "- include_role: {name: '{{ a_other }}'}\n- include_tasks: '{{ asked.stdout }}'\n"
            ),
            "roles/a/tasks/nothing.yml": "- include: old.yml tags=x\n",
            "roles/a/tasks/old.yml": "- copy: {content: '', dest: /etc/old}\n",
            "roles/a/tasks/copy.yml": "- copy: {content: '', dest: /etc/copied}\n",
            "roles/a/tasks/hook.yml": "- copy: {content: '', dest: /etc/hooked}\n",
            "roles/a/vars/main.yml": "a_way: copy\na_other: b\n",
            "roles/b/tasks/main.yml": "- copy: {content: '', dest: /etc/other}\n",
        },
    )
    reading = reading_of("", tmp_path, "  vars: {a_hook: hook.yml}\n  roles: [a]\n")
    assert things(reading) == {"file /etc/copied", "file /etc/hooked", "file /etc/other", "file /etc/old"}
    assert [gap.origin.place for gap in reading.gaps] == ["roles/a/tasks/main.yml:4"]


def test_facts_in_defaults_and_group_vars_count(tmp_path: Path) -> None:
    write_all(
        tmp_path,
        {
            "roles/a/defaults/main.yml": "a_way: '{{ ansible_fips }}'\n",
            "roles/a/tasks/main.yml": "- debug:\n",
            "group_vars/all.yml": "b: '{{ ansible_hostname }}'\n",
        },
    )
    reading = reading_of("", tmp_path, "  roles: [a]\n")
    assert set(reading.injected_facts) == {"ansible_fips", "ansible_hostname"}


def test_the_packaged_tree(root: Path) -> None:
    reading = read_playbook("site.yml", root / "tests/cases/adoption/packaged")
    assert things(reading) == {
        *("package nginx-light", "package e2fsprogs", "unit nginx.service", "unit apt-daily.timer"),
        *("user shopkeeper", "user editor", "folder /srv/shop", "folder /srv/wiki"),
        *("file /etc/nginx/conf.d/shop.conf", "file /etc/nginx/conf.d/wiki.conf"),
    }
    assert [(gap.origin.task, len(gap.when)) for gap in reading.gaps] == [("Install it on FreeBSD", 1)]
    assert [(claim.task, bool(claim.nothing)) for claim in reading.claims] == [
        ("check the configuration", True)
    ]


def test_of_a_path_in_two_forms_the_whole_one_counts(tmp_path: Path) -> None:
    tasks = (
        "    - set_fact: {logs: log}\n    - set_fact: {logs: '/srv/db/log'}\n"
        "    - file: {path: '{{ logs }}', state: directory}\n"
    )
    reading = reading_of(tasks, tmp_path)
    assert (things(reading), reading.gaps) == ({"folder /srv/db/log"}, ())
