"""What keeps every run from beginning is known before the start on real hosts, and nothing is touched or backed out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.labs import lab_for
from tests.fleet.written_site import DEPLOY, WrittenSite

NOBODY = 54321
"""A uid without an account."""
pytestmark = pytest.mark.slow
DEPLOY_WORDS = ("deploy", "plans/app.yml", "--by", "ann")


@pytest.fixture(scope="module")
def own_lab() -> Iterator[Lab]:
    """Two light hosts, which the tests of this file leave as they found them."""
    with lab_for("before", 2, light=True) as made:
        yield made


def change(lab: Lab, command: str) -> None:
    done = lab.ssh("web1", command)
    assert done.code == 0, done


def untouched(lab: Lab) -> bool:
    return lab.ssh("web1", "test -e /opt/app").code != 0


def test_a_login_shell_that_prints_is_refused(own_lab: Lab, tmp_path: Path) -> None:
    site = WrittenSite(own_lab, tmp_path)
    change(own_lab, "cp -n ~/.bashrc ~/.bashrc.kept; sed -i '1i printf \"prompt> \"' ~/.bashrc")
    try:
        code, words = site.orch(*DEPLOY_WORDS)
    finally:
        own_lab.ssh("web1", "mv ~/.bashrc.kept ~/.bashrc")
    assert code == 4, words
    assert "web1: its login shell prints `prompt>` before every answer" in words
    assert untouched(own_lab)


def test_a_sudo_that_asks_is_refused(own_lab: Lab, tmp_path: Path) -> None:
    site = WrittenSite(own_lab, tmp_path)
    change(
        own_lab,
        "sudo sh -c 'mkdir -p /root/kept; cp -a /etc/sudoers.d/. /root/kept/; chmod u+s /usr/bin/env'",
    )
    change(own_lab, "sudo sh -c 'sed -i s/NOPASSWD:// /etc/sudoers.d/*'")
    try:
        code, words = site.orch(*DEPLOY_WORDS)
    finally:
        own_lab.ssh(
            "web1",
            "/usr/bin/env -i /bin/sh -p -c 'cp -a /root/kept/. /etc/sudoers.d/; chmod u-s /usr/bin/env'",
        )
    assert code == 4, words
    assert "root cannot be had: sudo: a password is required" in words
    assert "NOPASSWD" in words
    assert untouched(own_lab)


def test_a_role_that_is_not_found_touches_nothing(own_lab: Lab, tmp_path: Path) -> None:
    site = WrittenSite(
        own_lab,
        tmp_path,
        deploy=f"{DEPLOY}    - {{include_role: {{name: nowhere}}, when: false}}\n- hosts: web\n  roles: [nowhere]\n",
    )
    code, words = site.orch(*DEPLOY_WORDS)
    assert code in (3, 4), words
    assert "nowhere" in words
    assert untouched(own_lab)


@pytest.fixture
def folder_of_others() -> Iterator[Path]:
    """A folder below /tmp, into which any user may look."""
    folder = Path(tempfile.mkdtemp(prefix="orch-others-"))
    yield folder
    shutil.rmtree(folder)


def test_a_user_without_an_account_is_refused(own_lab: Lab, folder_of_others: Path) -> None:
    site = WrittenSite(own_lab, folder_of_others, inventory="inventories/hosts.yml")
    site.write("inventories/hosts.yml", own_lab.inventory.read_text())
    for path in (folder_of_others, *sorted(folder_of_others.rglob("*"))):
        os.chown(path, NOBODY, NOBODY)
    before = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    code, words = site.orch(*DEPLOY_WORDS, before=before, HOME=str(folder_of_others))
    assert code == 3, words
    assert f"no account with the uid {NOBODY}" in words
    assert untouched(own_lab)
