"""A host that keeps its packages with rpm: what came goes, what was replaced comes back, and the proof is rpm's own answer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.files.on_hosts.program_text import program_text
from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from orchestrator.lab.errors import LabError
from orchestrator.lab.fleet import Lab, take_down
from orchestrator.lab.options import Asked
from orchestrator.lab.pythons import pythons_of_machine
from tests.fleet.labs import lab_name_for
from tests.fleet.rpm_host import PACKAGES, REPOSITORY, as_root, become_rpm_host

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

OTHER_PYTHON = "3.12"
"""Its dnf module starts again under the Python that has the bindings of dnf."""


@pytest.fixture(scope="module")
def of_rpm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One full host, with a Python of another version as its interpreter where this machine has one."""
    name, folder = lab_name_for("rpm"), tmp_path_factory.mktemp("key")
    try:
        pythons_of_machine([OTHER_PYTHON])
        asked = Asked(packages=True, pythons=(OTHER_PYTHON,))
    except LabError:
        asked = Asked(packages=True)
    try:
        lab = Lab.up(name, 1, asked=asked)
        become_rpm_host(lab, "web1", signing_key(folder))
        as_root(lab, "web1", f"cat > /root/kept.py <<'END'\n{program_text()}\nEND")
        yield lab
    finally:
        take_down(name)


def signing_key(folder: Path) -> Path:
    """The public half of a key that is made now."""
    gpg = ["gpg", "--homedir", str(folder), "--batch", "--quiet"]
    folder.chmod(0o700)
    made = ["--passphrase", "", "--quick-gen-key", "orch test <test@example.com>", "rsa2048", "sign", "never"]
    subprocess.run([*gpg, *made], check=True, capture_output=True)
    exported = subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True)
    subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "all"], check=False)
    (folder / "key.asc").write_bytes(exported.stdout)
    return folder / "key.asc"


@pytest.fixture
def clean(of_rpm: Lab) -> Iterator[Lab]:
    """The host without what a row brought."""
    yield of_rpm
    as_root(
        of_rpm,
        "web1",
        "for name in orch-later orch-new orch-before orch-kernel gpg-pubkey; do"
        " rpm --erase --nodeps --allmatches $name || true; done;"
        " rm -rf /var/orch-www /srv/* /opt/orch-* /etc/orch-* /var/lib/orch-kept",
    )


def kept(lab: Lab, verb: str, more: str = "") -> tuple[int, str]:
    ended = lab.ssh("web1", f"sudo python3 /root/kept.py {verb} orch-test d1 {more}")
    return ended.code, ended.out + ended.err


BEFORE, NEW, NEWER, LATER = (
    f"{PACKAGES}/orch-{name}-1.noarch.rpm" for name in ("before-1.0", "new-1.0", "new-2.0", "later-1.0")
)
KERNELS = [f"rpm -i {PACKAGES}/orch-kernel-{number}-1.noarch.rpm" for number in (1, 2, 3)]

# What was here, what the deployment does, what happens after it; what the backout says where it does not end well; the packages
# afterwards beside the system's; files that are there, with what is in them, and paths that are gone
ROWS: list[tuple[str, str, str, str, str, list[str], dict[str, str], list[str]]] = [
    ("what came", f"rpm -i {BEFORE}", f"rpm -i {NEW}", "true", "", ["orch-before-1.0-1"],
     {"/opt/orch-before/file": "1.0"}, ["/opt/orch-new", "/srv/orch-new", "/var/orch-www", "/etc/orch-new.conf"]),
    ("behind a link that was here", "mkdir -p /srv/site/html && touch /srv/site/html/page && ln -s /srv/site /var/orch-www",
     f"rpm -i {NEW}", "true", "", [], {"/srv/site/html/page": ""}, ["/opt/orch-new", "/srv/orch-new"]),
    ("what a person installed later", "true", f"rpm -i {NEW}", f"rpm -i {BEFORE}", "", ["orch-before-1.0-1"],
     {"/etc/orch-before.conf": "1.0"}, ["/opt/orch-new"]),
    ("what was installed later and needs it", "true", f"rpm -i {NEW}", f"rpm -i {LATER}",
     "orch-new is needed by (installed) orch-later", ["orch-later-1.0-1", "orch-new-1.0-1"],
     {"/opt/orch-new/file": "1.0", "/opt/orch-later/file": "1.0"}, []),
    ("what was here before, and came again", f"rpm -i {BEFORE}", f"rpm -i --force {BEFORE}", "true", "",
     ["orch-before-1.0-1"], {"/opt/orch-before/file": "1.0"}, []),
    ("a version that was replaced", f"rpm -i {NEW}", f"rpm -U {NEWER}", "true", "", ["orch-new-1.0-1"],
     {"/opt/orch-new/file": "1.0"}, []),
    ("a version that was replaced by an older one", f"rpm -i {NEWER}", f"rpm -U --oldpackage {NEW}", "true", "",
     ["orch-new-2.0-1"], {"/opt/orch-new/file": "2.0"}, []),
    ("a version that no source has", f"rpm -i {NEW}",
     f"rpm -U {NEWER}; mv {NEW} /root/; createrepo_c -q {REPOSITORY}", "true",
     "cannot be had any more: orch-new.noarch 1.0-1", ["orch-new-2.0-1"], {"/opt/orch-new/file": "2.0"}, []),
    ("what was removed, with its configuration", f"rpm -i {NEW}; echo mine > /etc/orch-new.conf", "rpm -e orch-new", "true",
     "", ["orch-new-1.0-1"], {"/etc/orch-new.conf": "mine"}, ["/etc/orch-new.conf.rpmsave"]),
    ("configuration that came and was changed", "true", f"rpm -i {NEW}; echo d > /etc/orch-new.conf", "true", "", [], {},
     ["/etc/orch-new.conf", "/etc/orch-new.conf.rpmsave"]),
    ("what rpm saved for a person", "echo old > /etc/orch-new.conf.rpmsave", f"rpm -i {NEW}; echo d > /etc/orch-new.conf",
     "true", "", [], {"/etc/orch-new.conf.rpmsave": "old"}, ["/etc/orch-new.conf"]),
    ("configuration of a person beside the new one", f"rpm -i {NEW}; echo mine > /etc/orch-new.conf", f"rpm -U {NEWER}",
     "true", "", ["orch-new-1.0-1"], {"/etc/orch-new.conf": "mine"}, ["/etc/orch-new.conf.rpmnew"]),
    ("a version beside others", KERNELS[0], KERNELS[1], KERNELS[2], "", ["orch-kernel-1-1", "orch-kernel-3-1"],
     {"/opt/orch-kernel/1": "1", "/opt/orch-kernel/3": "3"}, ["/opt/orch-kernel/2"]),
    ("several versions at once", "true", "; ".join(KERNELS[:2]), "true", "", [], {}, ["/opt/orch-kernel"]),
    ("a key", "true", f"rpm --import /root/key.asc; rpm -i {NEW}", "true", "", [], {}, ["/opt/orch-new"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "deploy", "later", "says", "packages", "there", "gone"),
    [row[1:] for row in ROWS],
    ids=[row[0].replace(" ", "-") for row in ROWS],
)
def test_only_packages_that_came_go(  # noqa: PLR0917 - the columns of the table
    clean: Lab,
    before: str,
    deploy: str,
    later: str,
    says: str,
    packages: list[str],
    there: dict[str, str],
    gone: list[str],
) -> None:
    try:
        as_root(clean, "web1", before)
        changes = json.dumps({"packages": True})
        assert kept(clean, "keep", f"'{changes}'")[0] == 0
        as_root(clean, "web1", deploy)
        assert kept(clean, "note")[0] == 0
        as_root(clean, "web1", later)
        code, words = kept(clean, "packages")
        assert (code, says in words) == (1 if says else 0, True), words
        names = as_root(clean, "web1", "rpm -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}\\n'").split()
        assert sorted(names) == sorted(["basesystem-11-1", *packages])
        for path, content in there.items():
            assert as_root(clean, "web1", f"cat {path}").strip() == content, path
        for path in gone:
            assert as_root(clean, "web1", f"ls -d {path} 2>&1 || true").endswith(
                "No such file or directory\n"
            )
    finally:
        as_root(
            clean,
            "web1",
            f"[ ! -e /root/orch-new-1.0-1.noarch.rpm ] || mv /root/orch-new-1.0-1.noarch.rpm {PACKAGES}",
        )
        as_root(clean, "web1", f"createrepo_c -q {REPOSITORY}")


TREE = f"""\
- hosts: all
  become: true
  tasks:
    - name: Where packages come from
      yum_repository: {{name: orch, description: of a test, baseurl: "file://{REPOSITORY}", gpgcheck: false}}
    - name: The newest
      dnf: {{name: orch-new, state: latest}}
    - name: One more
      package: {{name: orch-before, state: present}}
      when: ansible_facts['os_family'] == 'RedHat'
    - name: One less
      dnf: {{name: orch-kernel, state: absent}}
    - name: Its configuration
      copy: {{content: "from the release\\n", dest: /etc/orch-new.conf}}
"""
ASKED = "rpm -qa | sort;ls -d /srv/* /opt/orch* /etc/orch* /var/orch* /etc/yum.repos.d/*; getent passwd; cat /etc/orch-new.conf"


def test_a_tree_with_dnf_is_deployed_and_its_backout_is_proved(
    clean: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_root(
        clean, "web1", f"rpm -i {NEW}; {KERNELS[0]}; echo mine > /etc/orch-new.conf; rpm --query orch-new"
    )
    (tmp_path / "site.yml").write_text(TREE)
    (tmp_path / "hosts.yml").write_text(clean.inventory.read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / ".orch"))
    before = as_root(clean, "web1", f"({ASKED}) 2>&1 || true")

    assert run(["init", "--yes"]) == ExitCode.COMPLETED
    assert "0 gaps that need a person" in capsys.readouterr().out
    plan = next((tmp_path / "plans").glob("*.yml"))
    assert run(["deploy", str(plan)]) == ExitCode.COMPLETED
    installed = as_root(clean, "web1", "rpm -qa | sort").split()
    assert installed == ["basesystem-11-1.noarch", "orch-before-1.0-1.noarch", "orch-new-2.0-1.noarch"]

    capsys.readouterr()
    run(["list", "--json"])
    deployment = json.loads(capsys.readouterr().out.splitlines()[0])["id"]
    # Versions that were replaced come from the repository, which the deployment brought: it goes after them.
    assert run(["rollback", deployment, "--reason", "tried"]) == ExitCode.BACKED_OUT
    words = capsys.readouterr().out
    assert "0 differences to the baseline" in words
    assert "not captured" not in words
    assert as_root(clean, "web1", f"({ASKED}) 2>&1 || true") == before
