"""Inputs that once ended wrong, each as a whole project: what is right for each, as a person sees it."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.whole_cases import ORCH, Case

# what the plan check says: project, exit code, words
CHECKED = [
    ("octal-mode", 3, "0640"),
    ("role-outside-not-found", 3, "the role 'hello'"),
    ("role-outside-swapped", 3, "outside"),
    ("callback-not-loadable", 3, "the callback `yaml`, which Ansible cannot load"),
    ("password-lookup-lost", 3, "password"),
    ("callback-folder-shadows", 0, "cb"),
    ("task-vars-local", 0, "ansible_connection leads tasks elsewhere"),
    ("task-vars-other-host", 0, "ansible_host leads tasks elsewhere"),
    ("play-vars-ssh-args", 0, "ansible_ssh_args leads tasks elsewhere"),
]
QUICK = ("octal-mode", "role-outside-not-found", "callback-not-loadable")
"""Each takes seconds; the kinds of the others are tested where they are decided."""


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "code", "words"),
    [row if row[0] in QUICK else pytest.param(*row, marks=pytest.mark.slow) for row in CHECKED],
    ids=[row[0] for row in CHECKED],
)
def test_what_the_check_says(light_lab: Lab, tmp_path: Path, name: str, code: int, words: str) -> None:
    ended, printed = Case(name, light_lab, tmp_path).check()
    assert words in printed
    assert ended == code, printed


@pytest.mark.slow
def test_a_lookup_of_the_environment_is_named(light_lab: Lab, tmp_path: Path) -> None:
    _, printed = Case("env-lookup-empty", light_lab, tmp_path).check()
    assert "DB_PASSWORD" in printed


# what a deployment ends with: project, exit code, words of the output or the record
DEPLOYED = [
    ("task-vars-local", 5, "went to localhost"),
    ("task-vars-other-host", 5, "went to web3"),
    ("callback-folder-shadows", 5, "task 'the release' failed"),
    ("wave-leaves-inventory", 8, "fetched"),
    ("wave-leaves-ssh-args", 8, "fetched"),
    ("log-path-in-project", 0, "deployed and verified"),
    ("testinfra-ends-early", 5, "did not reach its end"),
    ("passwd-short-line", 6, "evil"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code", "words"), DEPLOYED, ids=[row[0] for row in DEPLOYED])
def test_what_a_deployment_ends_with(
    light_lab: Lab, tmp_path: Path, name: str, code: int, words: str
) -> None:
    case = Case(name, light_lab, tmp_path)
    try:
        ended, printed = case.deploy()
    finally:
        for host in ("web1", "web2"):
            light_lab.ssh(host, "sudo sed -i /^evil::/d /etc/passwd; sudo rm -rf /opt/app /etc/app.conf")
    assert words in printed
    assert ended == code, printed
    assert not (tmp_path / "PWNED").exists()


@pytest.mark.slow
def test_pinning_cannot_be_switched_off(light_lab: Lab, tmp_path: Path) -> None:
    begin = (
        "sudo rm -f /tmp/other-key*; sudo ssh-keygen -q -t ed25519 -N '' -f /tmp/other-key && "
        "sudo /usr/sbin/sshd -p 2222 -h /tmp/other-key -o PidFile=/tmp/other.pid"
    )
    light_lab.ssh("web3", begin)
    try:
        ended, printed = Case("play-vars-ssh-args", light_lab, tmp_path).deploy()
    finally:
        light_lab.ssh("web3", "sudo kill $(cat /tmp/other.pid)")
    assert ended == 5, printed
    assert light_lab.ssh("web3", "cat /tmp/elsewhere-l7").code != 0


@pytest.mark.slow
def test_a_closed_file_is_not_on_the_page(light_lab: Lab, tmp_path: Path) -> None:
    light_lab.ssh(
        "web2",
        "sudo mkdir -p /etc/app; echo old-secret-1234 | sudo tee /etc/app/key; sudo chmod 600 /etc/app/key",
    )
    case = Case("secret-file-in-page", light_lab, tmp_path)
    try:
        ended, printed = case.deploy()
    finally:
        light_lab.ssh("web2", "sudo rm -rf /etc/app")
    shown = printed + case.page()
    assert ended == 6, printed
    assert "/etc/app/key" in shown
    assert "newsecret-PLANTED" not in shown
    assert "old-secret-1234" not in shown
    assert (case.project / "page.html").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_vaulted_value_is_shown_nowhere(light_lab: Lab, tmp_path: Path) -> None:
    case = Case("vaulted-value-in-stderr", light_lab, tmp_path)
    (tmp_path / "vp.txt").write_text("vault-of-the-test\n")
    try:
        _, printed = case.deploy()
    finally:
        for host in ("web1", "web2"):
            light_lab.ssh(host, "sudo rm -f /etc/app.conf")
    kept = (case.folder / "orch/journal.sqlite").read_bytes().decode("latin-1")
    assert "fails on the second" in printed
    assert "hunter2-vaulted-c0ffee" not in printed + case.page() + kept


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["de_DE", "C"])
def test_a_purpose_that_the_terminal_cannot_write_is_shown(
    light_lab: Lab, tmp_path: Path, locale: str
) -> None:
    case = Case("latin1-locale", light_lab, tmp_path)
    case.plan.write_text(case.plan.read_text().replace("Die Größe", "大きさ"))
    case.environment |= {"LC_ALL": locale, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    ended, printed = case.orch("plan", "show", str(case.plan))
    assert ended == 0, printed
    assert "app 1.0.0" in printed


@pytest.mark.slow
def test_a_user_without_an_account_is_told_before_anything_runs(light_lab: Lab, tmp_path: Path) -> None:
    case = Case("uid-without-passwd", light_lab, tmp_path)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.is_relative_to("/tmp/pytest-of-root"):
            folder.chmod(0o755)
    subprocess.run(["chown", "-R", "4242:4242", str(tmp_path)], check=True)
    ended = subprocess.run(
        [*ORCH, "deploy", str(case.plan)],
        cwd=case.project,
        env={**case.environment, "HOME": str(tmp_path)},
        user=4242,
        group=4242,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    printed = ended.stdout + ended.stderr
    assert ended.returncode in (3, 4, 12), printed
    assert "a person has to look" not in printed


@pytest.mark.slow
def test_a_driver_that_stood_still_in_a_soak_watches_on(light_lab: Lab, tmp_path: Path) -> None:
    case = Case("gap-in-soak", light_lab, tmp_path)
    driver = subprocess.Popen(
        [*ORCH, "deploy", str(case.plan), "--json"],
        cwd=case.project,
        env=case.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert driver.stdout is not None
    for line in driver.stdout:
        if '"gate_reached"' in line:
            break
    driver.send_signal(signal.SIGSTOP)
    time.sleep(25)
    driver.send_signal(signal.SIGCONT)
    resumed = time.monotonic()
    driver.communicate(timeout=200)
    assert driver.returncode == 0
    assert time.monotonic() - resumed > 12
    light_lab.ssh("web1", "sudo rm -rf /opt/app")


@pytest.mark.slow
def test_a_unit_that_dies_again_and_again_is_rejected_in_the_soak(lab: Lab, tmp_path: Path) -> None:
    ended, printed = Case("crash-loop-in-soak", lab, tmp_path).deploy()
    assert ended == 5, printed


UNIT = """sudo mkdir -p /opt/app
printf '#!/bin/sh\\nwhile :; do echo old > /run/app.version; sleep 1; done\\n' | sudo tee /opt/app/run.sh
sudo chmod 755 /opt/app/run.sh
printf '[Service]\\nExecStart=/opt/app/run.sh\\n' | sudo tee /etc/systemd/system/app.service
sudo systemctl daemon-reload && sudo systemctl restart app"""


@pytest.mark.slow
def test_a_restart_that_the_backout_forgets_is_residue(lab: Lab, tmp_path: Path) -> None:
    lab.ssh("web1", UNIT)
    try:
        ended, printed = Case("restart-forgotten", lab, tmp_path).deploy()
    finally:
        lab.ssh(
            "web1",
            "sudo systemctl stop app; sudo rm -rf /opt/app /etc/systemd/system/app.service; sudo systemctl daemon-reload",
        )
    assert ended == 6, printed


@pytest.mark.slow
def test_a_process_that_a_run_left_does_not_outlive_the_proof(light_lab: Lab, tmp_path: Path) -> None:
    case = Case("process-left-running", light_lab, tmp_path)
    case.deploy()
    time.sleep(15)
    changed = light_lab.ssh("web2", "cat /etc/app.conf").code == 0
    light_lab.ssh("web2", "sudo rm -f /etc/app.conf")
    assert not changed
