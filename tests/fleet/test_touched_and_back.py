"""Whoever was touched is backed out, only where it has to be, and by another playbook where the approved one is faulty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.labs import lab_for
from tests.fleet.written_site import BACKOUT, DEPLOY, HEAD, WrittenSite

pytestmark = pytest.mark.slow

POOL = (
    "    - {name: Pool, ansible.builtin.copy: {content: x, dest: /opt/pool, mode: '0644'}, "
    "delegate_to: web2, run_once: true}\n"
)
FAILS = "    - {name: Start, ansible.builtin.command: /bin/false}\n"
WAVES = "[{hosts: [web1]}, rest]"
BOTH = BACKOUT + "    - {name: No pool, ansible.builtin.file: {path: /opt/pool, state: absent}}\n"


@pytest.fixture(scope="module")
def own_lab() -> Iterator[Lab]:
    """Two light hosts, which each test leaves as it found them."""
    with lab_for("back", 2, light=True) as made:
        yield made


def site_of(lab: Lab, folder: Path, **given: str) -> WrittenSite:
    site = WrittenSite(lab, folder, **{"hosts": "web", "waves": WAVES, "delegates": "[web2]", **given})
    plan = site.project / "plans/app.yml"
    plan.write_text(plan.read_text().replace("files: [/opt/app]", "files: [/opt/app, /opt/pool]"))
    return site


def is_there(lab: Lab, host: str, path: str) -> bool:
    return lab.ssh(host, f"test -e {path}").code == 0


def test_what_was_delegated_to_a_host_of_a_later_wave_is_taken_back_there(
    own_lab: Lab, tmp_path: Path
) -> None:
    site = site_of(own_lab, tmp_path, deploy=DEPLOY + POOL + FAILS, backout=BOTH)
    code, words = site.orch("deploy", "plans/app.yml", "--by", "ann")
    assert code == 5, words
    assert "web2: task 'Pool' for web1 acted on it" in words
    # The command that failed does not say what it may have changed.
    assert "web1 and web2 are restored in what was captured" in words
    assert not is_there(own_lab, "web2", "/opt/pool")


def test_a_backout_that_forgets_it_leaves_residue(own_lab: Lab, tmp_path: Path) -> None:
    site = site_of(own_lab, tmp_path, deploy=DEPLOY + POOL + FAILS)
    code, words = site.orch("deploy", "plans/app.yml", "--by", "ann")
    own_lab.ssh("web2", "sudo rm -f /opt/pool")
    assert code == 6, words
    assert "/opt/pool" in words


def test_a_host_that_equals_its_baseline_is_not_backed_out(own_lab: Lab, tmp_path: Path) -> None:
    """The backout would fail, had it been run."""
    site = site_of(own_lab, tmp_path, deploy=HEAD + "  tasks:\n" + FAILS, backout=HEAD + "  tasks:\n" + FAILS)
    code, words = site.orch("deploy", "plans/app.yml", "--by", "ann")
    assert code == 5, words
    assert "1 host already equals the baseline, and is not backed out" in words


def test_a_faulty_backout_is_replaced_under_a_signature(own_lab: Lab, tmp_path: Path) -> None:
    site = site_of(own_lab, tmp_path, deploy=DEPLOY + FAILS, backout=HEAD + "  tasks:\n" + FAILS)
    code, words = site.orch("deploy", "plans/app.yml", "--by", "ann", "--json")
    assert code == 7, words
    deployment = words.split('"deployment":"')[1].split('"')[0]
    site.write("rollback/fix.yml", BOTH)
    key = tmp_path / "key.pem"
    for command in (
        (
            "keys",
            "new",
            "--no-passphrase",
            "--person",
            "Bo Lind",
            "--role",
            "change manager",
            "--file",
            str(key),
        ),
        ("keys", "trust", f"{tmp_path}/key.pub.json", "--person", "Bo Lind", "--role", "change manager"),
    ):
        done, words = site.orch(*command)
        assert done == 0, words
    again = ("rollback", deployment, "--reason", "typo", "--with", "rollback/fix.yml")
    code, words = site.orch(*again)
    assert (code, "add --as ROLE" in words) == (4, True), words
    code, words = site.orch(*again, "--as", "change manager", "--key", str(key))
    assert code == 5, words
    assert "signed by Bo Lind as change manager" in words
    assert not is_there(own_lab, "web1", "/opt/app")
    code, words = site.orch("record", "show", deployment)
    assert "replaced the backout playbook by Bo Lind" in words
