"""Playbooks that look green, or wrong, in `ansible-playbook` are seen for what they did, on real hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.evidence.attempt import Allowance
from orchestrator.errors import StoreFault
from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import EACH_WAY, Runs, reasons, results, with_hosts
from tests.worlds.ansibles import series

DONE, NOT, UNKNOWN, UNTOUCHED = "done", "not_done", "unknown", "untouched"


@pytest.fixture(params=EACH_WAY)
def runs(request: pytest.FixtureRequest, tmp_path: Path, light_lab: Lab) -> Runs:
    """As every run is, and as a plan may ask for it. The second takes minutes; test_acceleration.py has some of it."""
    return Runs(tmp_path, light_lab, accelerate=request.param)


def test_an_honest_playbook_is_done(runs: Runs) -> None:
    outcome = runs.run("honest.yml")
    assert (results(outcome), outcome.faults, outcome.exit_code) == ({"web1": DONE, "web2": DONE}, (), 0)
    assert runs.lab.ssh("web1", "cat /tmp/honest").out == "honest\n"
    assert runs.lab.ssh("web3", "cat /tmp/honest").code != 0


# playbook, result of web1, result of web2, words that must be told
# Each row is a playbook in tests/cases/lying; none of them may count as done where it was not.
ROWS = [
    ("no_hosts_matched.yml", UNKNOWN, UNKNOWN, "Could not match supplied host pattern"),
    ("covers_only_one_host.yml", NOT, DONE, "web1: no play of the playbook covers this host"),
    ("every_when_is_false.yml", NOT, NOT, "no task did anything on this host (1 skipped)"),
    ("tags_select_nothing.yml", NOT, NOT, "no task did anything on this host"),
    ("only_messages_and_facts.yml", NOT, NOT, "no task did anything on this host"),
    ("end_play.yml", NOT, NOT, "no task did anything on this host"),
    ("end_host.yml", NOT, DONE, "web1: no task did anything on this host"),
    ("ignore_errors.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("rescue.yml", UNKNOWN, UNKNOWN, "task 'Start the service' failed and was rescued"),
    ("includes.yml", UNKNOWN, UNKNOWN, "task 'Fails' failed and was rescued"),
    ("failed_when_false.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("async_never_awaited.yml", UNKNOWN, UNKNOWN, "task 'Migrate' was left in the background"),
    ("check_mode.yml", NOT, NOT, "ran in check mode"),
    ("run_once.yml", DONE, NOT, "web2: no task did anything on this host"),
    ("delegate_outside.yml", UNKNOWN, UNKNOWN, "touched outside the wave and its declared delegates: web3"),
    (
        "delegate_in_a_loop.yml",
        UNKNOWN,
        UNKNOWN,
        "touched outside the wave and its declared delegates: web10, web11",
    ),
    ("only_delegated.yml", UNKNOWN, UNKNOWN, "declared delegates: localhost"),
    ("local_connection.yml", UNKNOWN, UNKNOWN, "declared delegates: localhost"),
    ("pause_prompt.yml", NOT, DONE, "it asked a person, and nobody was there"),
    ("vars_prompt.yml", UNKNOWN, UNKNOWN, "the playbook asked a person for `tier`"),
    ("syntax_error.yml", UNTOUCHED, UNTOUCHED, "'ansible.builtin.comand'"),
    (
        "any_errors_fatal.yml",
        NOT,
        NOT,
        "web2: the run stopped on this host before its end after task 'Deploy'",
    ),
    ("max_fail_percentage.yml", NOT, NOT, "web2: the run stopped on this host before its end"),
    ("clear_host_errors.yml", NOT, NOT, "web1: task 'Deploy' failed: "),
    ("swallowed_by_strategy_free.yml", NOT, DONE, "web1: task 'Deploy' failed"),
    ("text_that_looks_like_events.yml", NOT, NOT, "web2: task 'Say what only orch may say' failed: "),
    ("task_vars_local.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to localhost"),
    ("block_vars_local.yml", UNKNOWN, UNKNOWN, "declared delegates: localhost"),
    ("legacy_local_connection.yml", UNKNOWN, UNKNOWN, "web2: task 'Configure' went to localhost"),
    ("task_vars_other_host.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("other_host_of_the_wave.yml", UNKNOWN, DONE, "web1: task 'Configure' went to web2"),
    ("set_fact_there_and_back.yml", UNKNOWN, UNKNOWN, "declared delegates: web3"),
    ("include_vars_other_host.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("role_vars_other_host.yml", UNKNOWN, UNKNOWN, "task 'elsewhere : Configure' went to web3"),
    ("loop_over_other_hosts.yml", UNKNOWN, UNKNOWN, "declared delegates: web3, web4"),
    ("added_over_itself.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("ssh_executable.yml", NOT, NOT, "web1: task 'Configure' failed: orch refuses ssh_executable /bin/true"),
    (
        "ssh_proxy_command.yml",
        NOT,
        NOT,
        "web1: task 'Deploy' failed: orch refuses ssh_extra_args -o ProxyCommand",
    ),
    (
        "ssh_host_name.yml",
        NOT,
        NOT,
        "web1: task 'Configure' failed: orch refuses ssh_common_args -o HostName",
    ),
    ("masked_without_rc.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("masked_by_arithmetic.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("masked_by_a_variable.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("masked_in_a_loop.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("masked_and_awaited.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("masked_beside_a_look.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
    ("masked_after_retries.yml", NOT, NOT, "task 'Start the service' failed, which the playbook ignores"),
]


# One for each way to lie; make slow has every row.
QUICK = (
    "no_hosts_matched.yml", "covers_only_one_host.yml", "every_when_is_false.yml", "ignore_errors.yml", "rescue.yml",
    "async_never_awaited.yml", "check_mode.yml", "delegate_outside.yml", "local_connection.yml", "pause_prompt.yml",
    "syntax_error.yml", "max_fail_percentage.yml", "text_that_looks_like_events.yml", "set_fact_there_and_back.yml",
    "ssh_proxy_command.yml", "masked_by_a_variable.yml",
)  # fmt: skip


@pytest.mark.parametrize(
    ("playbook", "first", "second", "words"),
    [row if row[0] in QUICK else pytest.param(*row, marks=pytest.mark.slow) for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_a_lying_playbook(runs: Runs, playbook: str, first: str, second: str, words: str) -> None:
    outcome = runs.run(playbook)
    assert words in reasons(outcome)
    assert results(outcome) == {"web1": first, "web2": second}


def unpinned(runs: Runs, *hosts: str) -> str:
    """The pinned keys without those of some hosts."""
    lines = runs.lab.known_hosts.read_text().splitlines()
    kept = runs.root / "known_hosts"
    kept.write_text(
        "".join(f"{line}\n" for line in lines if not {*hosts} & {*line.split(" ", 1)[0].split(",")})
    )
    assert len(kept.read_text().splitlines()) == len(lines) - len(hosts)
    return str(kept)


def test_a_play_cannot_switch_pinning_off(runs: Runs) -> None:
    outcome = runs.run("unpinned.yml", ("web1",), known_hosts=unpinned(runs, "web3"))
    assert results(outcome) == {"web1": UNKNOWN}
    assert "host key" in reasons(outcome).lower()
    assert runs.lab.ssh("web3", "cat /tmp/unpinned").code != 0


@pytest.mark.skipif(series() >= (2, 21), reason="ansible-core 2.21 has no connection over paramiko any more")
def test_paramiko_is_held_to_the_pinned_keys(runs: Runs) -> None:
    outcome = runs.run("paramiko_unpinned.yml", ("web1",), known_hosts=unpinned(runs, "web3"))
    assert results(outcome) == {"web1": UNKNOWN}
    assert "host key verification failed" in reasons(outcome)
    assert runs.lab.ssh("web1", "cat /tmp/paramiko-pinned").code == 0
    assert runs.lab.ssh("web3", "cat /tmp/paramiko-unpinned").code != 0


def test_a_proxy_command_of_a_play_never_runs(runs: Runs) -> None:
    runs.run("ssh_proxy_command.yml", ("web1",))
    assert not Path(f"/tmp/orch-proxy-{runs.lab.hosts[0].address}").exists()


def test_a_declared_delegate_is_that_machine(runs: Runs) -> None:
    allowance = Allowance(delegates=("web3",))
    outcome = runs.run("delegate_led_astray.yml", ("web1",), allowance=allowance)
    assert results(outcome) == {"web1": UNKNOWN}
    assert "task 'Take out of the pool' went to web4" in reasons(outcome)
    assert outcome.touched_outside == ("web4",)


SILENT = """from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "aggregate", "orch_evidence"
"""


def test_a_plugin_named_as_orchs_own_takes_no_evidence_away(runs: Runs, tmp_path: Path) -> None:
    runs.project = tmp_path / "shadowing"
    (runs.project / "cb").mkdir(parents=True)
    (runs.project / "cb/orch_evidence.py").write_text(SILENT)
    (runs.project / "ansible.cfg").write_text(
        "[defaults]\ncallback_plugins = cb\ncallbacks_enabled = orch_evidence\n"
    )
    (runs.project / "false.yml").write_text(
        "- hosts: web\n  gather_facts: false\n  tasks:\n    - {name: Deploy, command: /bin/false}\n"
    )
    outcome = runs.run("false.yml", ("web1",))
    assert (results(outcome), outcome.faults) == ({"web1": NOT}, ())
    assert "web1: task 'Deploy' failed" in reasons(outcome)


def test_check_mode_changed_nothing_and_says_so(runs: Runs) -> None:
    assert results(runs.run("check_mode.yml")) == {"web1": NOT, "web2": NOT}
    assert runs.lab.ssh("web1", "cat /tmp/never").code != 0


# what stands in the inventory's place (None: nothing), and words of the fault
INVENTORIES = [
    ("missing", None, "failed to parse inventory source"),
    ("empty", "", "Could not match supplied host pattern"),
    ("broken", "web: [", "failed to parse inventory source"),
    ("escape", "web: {hosts: {\x1bweb1: {}, web2: {}}}", "failed to parse inventory source"),
]


@pytest.mark.parametrize(("name", "text", "words"), INVENTORIES, ids=[row[0] for row in INVENTORIES])
def test_an_inventory_that_cannot_be_read(runs: Runs, name: str, text: str | None, words: str) -> None:
    runs.inventory = runs.root / f"{name}.yml"
    if text is not None:
        runs.inventory.write_text(text)
    outcome = runs.run("honest.yml")
    assert results(outcome) == {"web1": UNTOUCHED, "web2": UNTOUCHED}
    assert words in reasons(outcome)


def test_a_host_added_during_the_run_is_not_touched(runs: Runs) -> None:
    assert results(runs.run("added_host.yml")) == {"web1": DONE, "web2": DONE}
    assert runs.lab.ssh("web3", "cat /tmp/added-host").code != 0


def test_a_wave_with_a_host_that_the_inventory_does_not_know(runs: Runs) -> None:
    outcome = runs.run("honest.yml", ("web1", "web1x"))
    assert DONE not in results(outcome).values()
    assert "web1x" in reasons(outcome)


def test_an_unreachable_host_is_unknown_and_its_sibling_done(runs: Runs) -> None:
    runs.inventory = with_hosts(runs, {"gone": {"ansible_host": "127.0.0.1", "ansible_port": 1}})
    outcome = runs.run("honest.yml", ("web1", "gone"))
    assert (results(outcome), outcome.exit_code) == ({"web1": DONE, "gone": UNKNOWN}, 4)
    assert "gone: the host could not be reached, and nothing of the playbook was run on it: " in reasons(
        outcome
    )


def test_ignore_unreachable_is_unknown(runs: Runs) -> None:
    runs.inventory = with_hosts(runs, {"gone": {"ansible_host": "127.0.0.1", "ansible_port": 1}})
    outcome = runs.run("ignore_unreachable.yml", ("web1", "gone"))
    assert results(outcome) == {"web1": DONE, "gone": UNKNOWN}


def test_failed_and_unreachable_in_one_run(runs: Runs) -> None:
    runs.inventory = with_hosts(runs, {"gone": {"ansible_host": "127.0.0.1", "ansible_port": 1}})
    outcome = runs.run("unreachable_and_failed.yml", ("web1", "web2", "gone"))
    assert results(outcome) == {"web1": NOT, "web2": DONE, "gone": UNKNOWN}


def test_a_changed_host_key_is_told_as_such(runs: Runs, tmp_path: Path) -> None:
    pinned = tmp_path / "known_hosts"
    lines = runs.lab.known_hosts.read_text().splitlines()
    names, keys = [line.split(" ", 1)[0] for line in lines], [line.split(" ", 1)[1] for line in lines]
    pinned.write_text(
        "".join(f"{name} {key}\n" for name, key in zip(names, keys[1:] + keys[:1], strict=True))
    )
    outcome = runs.run("honest.yml", ("web1",), known_hosts=str(pinned))
    assert results(outcome) == {"web1": UNKNOWN}
    assert "host key" in reasons(outcome).lower()


def test_a_task_given_up_at_its_time_limit_is_unknown_for_it_may_go_on(runs: Runs) -> None:
    outcome = runs.run("hangs_on_one_host.yml", task_timeout=8.0)
    assert results(outcome) == {"web1": UNKNOWN, "web2": DONE}
    assert "web1: task 'Deploy' was given up at its time limit and may go on: " in reasons(outcome)


def test_two_names_for_one_machine(runs: Runs) -> None:
    address = runs.lab.hosts[0].address
    runs.inventory = with_hosts(runs, {"alias": {"ansible_host": address}})
    outcome = runs.run("honest.yml", ("web1", "alias"))
    assert results(outcome) == {"web1": UNKNOWN, "alias": UNKNOWN}
    assert "web1 and alias are one machine under two names" in outcome.faults


def test_handlers_run_although_a_task_fails(runs: Runs) -> None:
    first = runs.run(
        "fail_then_retry.yml", ("web1",), variables={"first_time": True, "stamp": runs.root.name}
    )
    assert results(first) == {"web1": NOT}
    assert runs.lab.ssh("web1", "cat /tmp/restarted").out.strip() == runs.root.name
    second = runs.run(
        "fail_then_retry.yml", ("web1",), variables={"first_time": False, "stamp": runs.root.name}
    )
    assert results(second) == {"web1": DONE}


def test_a_folder_is_never_used_again(runs: Runs) -> None:
    request = runs.request("honest.yml", ("web1",))
    stale = runs.root / "attempts" / request.attempt / "runner" / "env"
    stale.mkdir(parents=True)
    (stale / "cmdline").write_text("--check")
    with pytest.raises(StoreFault, match="was not started"):
        runs.playbooks.start(request)
    assert runs.playbooks.sight(request.attempt).state == "absent"


def test_a_template_over_the_fleet_sees_the_whole_group(runs: Runs) -> None:
    outcome = runs.run("pool_of_the_wave.yml", ("web2",))
    assert results(outcome) == {"web2": DONE}
    whole, wave = runs.lab.ssh("web2", "cat /tmp/pool").out.strip().split(" | ")
    assert len(whole.split()) == len(runs.lab.hosts)
    assert wave == "web2"


ALLOWED = [
    ("ignore_errors.yml", Allowance(ignored_tasks=("Start the service",))),
    ("failed_when_false.yml", Allowance(ignored_tasks=("Start the service",))),
    ("rescue.yml", Allowance(rescued_tasks=("Start the service",))),
    ("every_when_is_false.yml", Allowance(noop=True)),
    ("delegate_outside.yml", Allowance(delegates=("web3",))),
    ("async_awaited.yml", Allowance()),
    ("includes.yml", Allowance(rescued_tasks=("Fails",))),
    ("says_what_a_failure_is.yml", Allowance()),
    ("masked_without_rc.yml", Allowance(ignored_tasks=("Start the service",))),
    ("task_vars_local.yml", Allowance(delegates=("localhost",))),
    ("only_delegated_and_deployed.yml", Allowance(delegates=("localhost", "web3"))),
]


@pytest.mark.parametrize(("playbook", "allowance"), ALLOWED, ids=[row[0] for row in ALLOWED])
def test_what_the_plan_allows_is_done(runs: Runs, playbook: str, allowance: Allowance) -> None:
    outcome = runs.run(playbook, allowance=allowance)
    assert results(outcome) == {"web1": DONE, "web2": DONE}, reasons(outcome)
