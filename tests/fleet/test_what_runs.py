"""What runs of a unit, on a real host: what a backout forgot to restart is seen, and what it restarted is not."""

from collections.abc import Iterator

import pytest

from orchestrator.domain.evidence.baseline import BaselineScope
from orchestrator.domain.plan.target import Target
from orchestrator.lab.fleet import Lab
from orchestrator.policy.evidence.drift import compare, summary_lines
from tests.fleet.lab_targets import captured_of, run, targets_of

SCOPE = BaselineScope(
    files=("/opt/runs", "/etc/runs", "/etc/default/runs*", "/etc/systemd/system/runs*"),
    units=("runs.service",),
    packages="none",
    users=False,
    ports=False,
    system=False,
)
UNIT = (
    "[Service]\\nEnvironmentFile=/etc/default/runs\\nExecStart=/opt/runs/run.sh\\nExecReload=/bin/true\\n"
    "Restart=always\\nRestartSec=1\\nStartLimitIntervalSec=0\\n"
)
SCRIPT = "#!/bin/sh\\n. /etc/runs/runs.conf\\nwhile :; do echo $WORD > /run/runs.word; sleep 1; done\\n"
PREPARED = f"""
sudo mkdir -p /opt/runs /etc/runs
printf '{SCRIPT}' | sudo tee /opt/runs/run.sh
sudo chmod 755 /opt/runs/run.sh
echo WORD=old | sudo tee /etc/runs/runs.conf
echo A=1 | sudo tee /etc/default/runs
printf '{UNIT}' | sudo tee /etc/systemd/system/runs.service
sudo systemctl daemon-reload; sudo systemctl start runs; sleep 0.3
"""
REMOVED = """
sudo systemctl stop runs; sudo rm -rf /opt/runs /etc/runs /etc/default/runs /etc/systemd/system/runs.service*
sudo systemctl daemon-reload; sudo systemctl reset-failed
"""
RESTART = "sudo systemctl restart runs; sleep 0.3; "
CONF_NEW = "echo WORD=new | sudo tee /etc/runs/runs.conf; "
CONF_OLD = "echo WORD=old | sudo tee /etc/runs/runs.conf; "
RUN_NEW = "sudo sed -i 's/sleep 1/sleep 2/' /opt/runs/run.sh; "
RUN_OLD = "sudo sed -i 's/sleep 2/sleep 1/' /opt/runs/run.sh; "
ENV_NEW = "echo A=2 | sudo tee /etc/default/runs; "
ENV_OLD = "echo A=1 | sudo tee /etc/default/runs; "
DROP_IN = (
    "sudo mkdir -p /etc/systemd/system/runs.service.d;"
    "printf '[Service]\\nEnvironment=B=1\\n' | sudo tee /etc/systemd/system/runs.service.d/b.conf; "
)
DROP_OUT = "sudo rm -r /etc/systemd/system/runs.service.d; "
RELOAD_ALL = "sudo systemctl daemon-reload; "
STALE = "still runs what it started with: "

RUNTIME_DROP_IN = (
    "sudo mkdir -p /run/systemd/system/runs.service.d;"
    "printf '[Service]\\nExecStart=\\nExecStart=/bin/sleep infinity\\n' | sudo tee /run/systemd/system/runs.service.d/x.conf; "
)
RUNTIME_DROP_OUT = "sudo rm -r /run/systemd/system/runs.service.d; "
DYING = "printf '#!/bin/sh\\nexit 1\\n' | sudo tee /opt/runs/run.sh; "
FORGOTTEN = RUN_NEW + RESTART + RUN_OLD
UNDONE = RUN_NEW + CONF_NEW + RESTART + RUN_OLD + CONF_OLD + RESTART
SCRIPT_STALE = STALE + "/opt/runs/run.sh changed after that"

CHANGES = [
    ("changed under it and back", RUN_NEW + CONF_NEW + "sleep 0.1;" + RUN_OLD + CONF_OLD, ""),
    ("restarted alone", RESTART, ""),
    ("its configuration was restored, and the restart forgotten", CONF_NEW + RESTART + CONF_OLD,
     STALE + "/etc/runs/runs.conf changed after that"),
    ("its environment likewise", ENV_NEW + RESTART + ENV_OLD, STALE + "/etc/default/runs changed after that"),
    ("a file too many, removed", "sudo touch /etc/runs/more.conf;" + RESTART + "sudo rm /etc/runs/more.conf",
     STALE + "/etc/runs changed after that"),
    ("reloaded after it was restored", CONF_NEW + RESTART + CONF_OLD + "sudo systemctl reload runs; ", ""),
    ("a script is not reloaded", FORGOTTEN + "sudo systemctl reload runs; ", SCRIPT_STALE),
    ("a drop-in that systemd has not read", DROP_IN, "needs_reload false -> true"),
    ("a drop-in, taken out again", DROP_IN + RELOAD_ALL + RESTART + DROP_OUT + RELOAD_ALL + RESTART, ""),
    ("a drop-in, taken out without a restart", DROP_IN + RELOAD_ALL + RESTART + DROP_OUT + RELOAD_ALL, "environment "),
    ("another program", RUNTIME_DROP_IN + RELOAD_ALL + RESTART + RUNTIME_DROP_OUT + RELOAD_ALL,
     "program_path /usr/bin/dash -> /usr/bin/sleep"),
    ("it dies again and again", DYING + RESTART + "sleep 2; sudo sed -i 's/exit 1/sleep 0.2/' /opt/runs/run.sh; sleep 1.5",
     "restarting false -> true"),
]  # fmt: skip


@pytest.fixture
def target(lab: Lab) -> Iterator[Target]:
    target = targets_of(lab)[1]
    run(lab, target.host, PREPARED)
    try:
        yield target
    finally:
        run(lab, target.host, REMOVED)


def differences(lab: Lab, target: Target, change: str) -> list[str]:
    [before] = captured_of([target], SCOPE)
    run(lab, target.host, change)
    [after] = captured_of([target], SCOPE)
    return summary_lines(compare(before, after).differences)


def test_a_restart_that_was_forgotten_is_seen_and_one_that_was_not_is_clean(lab: Lab, target: Target) -> None:
    assert differences(lab, target, UNDONE) == []
    [line] = differences(lab, target, FORGOTTEN)
    assert SCRIPT_STALE in line


@pytest.mark.slow
@pytest.mark.parametrize(("change", "words"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_runs_is_what_is_there(lab: Lab, target: Target, change: str, words: str) -> None:
    lines = differences(lab, target, change)
    assert bool(lines) == bool(words), lines
    assert not words or any(words in line for line in lines), lines


ONCE = (
    "printf '#!/bin/sh\\necho old\\n' | sudo tee /opt/runs/once.sh; sudo chmod 755 /opt/runs/once.sh;"
    "printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/opt/runs/once.sh\\n'"
    " | sudo tee /etc/systemd/system/runs-once.service; sudo systemctl daemon-reload; sudo systemctl start runs-once; "
)
ONCE_NEW = "sudo sed -i s/old/new/ /opt/runs/once.sh; "
ONCE_OLD = "sudo sed -i s/new/old/ /opt/runs/once.sh; "
ONCE_AGAIN = "sudo systemctl restart runs-once; "
ONCE_REMOVED = "sudo systemctl stop runs-once; sudo rm /etc/systemd/system/runs-once.service"


@pytest.mark.slow
def test_what_a_one_shot_did_is_what_is_there(lab: Lab, target: Target) -> None:
    run(lab, target.host, ONCE)
    scope = SCOPE.model_copy(update={"units": ("runs-once.service",)})
    [before] = captured_of([target], scope)
    run(lab, target.host, ONCE_NEW + ONCE_AGAIN + ONCE_OLD)
    [forgotten] = captured_of([target], scope)
    run(lab, target.host, ONCE_AGAIN)
    [done] = captured_of([target], scope)
    run(lab, target.host, ONCE_REMOVED)
    lines = summary_lines(compare(before, forgotten).differences)
    assert lines == [f"{target.host}: unit runs-once.service {STALE}/opt/runs/once.sh changed after that"]
    assert summary_lines(compare(before, done).differences) == []
