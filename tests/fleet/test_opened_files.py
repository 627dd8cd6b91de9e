"""A real rollout that reads what nobody approved is held before its second wave, and goes on by a person's word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.labs import lab_for
from tests.fleet.written_site import BACKOUT, DEPLOY, WrittenSite

READS = """    - name: Leave a word
      ansible.builtin.copy: {content: "of {{ orch.attempt }}", dest: "@LEFT@", mode: "0600"}
      delegate_to: localhost
      become: false
    - {name: Where, ansible.builtin.set_fact: {where: "{{ '@LEFT@' | regex_replace('$', '') }}"}}
    - {name: Read it, ansible.builtin.copy: {content: "{{ lookup('file', where) }}", dest: /opt/app/word, mode: "0644"}}
"""


@pytest.fixture(scope="module")
def own_lab() -> Iterator[Lab]:
    """Two light hosts, which each test leaves as it found them."""
    with lab_for("opens", 2, light=True) as made:
        yield made


def name_in(words: str) -> str:
    """The deployment that a command speaks of."""
    names = re.findall(r"app-1\.0\.0-[0-9]{8}-[0-9]{6}", words)
    assert names, words
    return str(names[-1])


@pytest.mark.long
@pytest.mark.parametrize("accelerate", ["", pytest.param("mitogen", marks=pytest.mark.slow)])
def test_it_is_held_before_the_second_wave_and_goes_on_by_a_word(
    own_lab: Lab, tmp_path: Path, accelerate: str
) -> None:
    left = tmp_path / "left"
    for host in ("web1", "web2"):
        own_lab.ssh(host, "sudo rm -rf /opt/app")
    deploy = DEPLOY + READS.replace("@LEFT@", str(left))
    site = WrittenSite(
        own_lab,
        tmp_path,
        deploy=deploy,
        hosts="web",
        waves="[{hosts: [web1]}, rest]",
        delegates="[localhost]",
    )
    plan = site.project / "plans/app.yml"
    more = f"  accelerate: {accelerate}\n" if accelerate else ""
    plan.write_text(plan.read_text().replace("  kind: phased\n", f"  kind: phased\n{more}"))
    _, words = site.orch("deploy", "plans/app.yml", "--by", "ann")
    assert f"read 1 file that nobody approved: {left} (task 'Read it' for web1)" in words
    assert own_lab.ssh("web2", "test -e /opt/app").code != 0
    assert str(left) in site.orch("status")[1]
    code, words = site.orch("retry", name_in(words), "--reason", "looked at it", "--by", "ann")
    assert code == 0, words
    assert own_lab.ssh("web2", "test -e /opt/app/word").code == 0
    assert "Not approved, and read by runs" in site.orch("status")[1]


@pytest.mark.slow
def test_a_playbook_that_reads_its_project_alone_is_not_named(own_lab: Lab, tmp_path: Path) -> None:
    site = WrittenSite(
        own_lab, tmp_path, deploy=DEPLOY, backout=BACKOUT, hosts="web", waves="[{hosts: [web1]}, rest]"
    )
    code, words = site.orch("deploy", "plans/app.yml", "--by", "ann")
    assert code == 0, words
    assert "nobody approved" not in words
    code, words = site.orch("rollback", name_in(words), "--reason", "end of the test", "--by", "ann")
    assert code == 5, words
    assert "nobody approved" not in words
