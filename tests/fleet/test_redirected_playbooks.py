"""Every way to lead a task elsewhere is seen or refused on real hosts: variables, keywords, facts, groups, programs, ssh."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.ansible_runs import CASES, EACH_WAY, Runs, reasons, results

DONE, NOT, UNKNOWN = "done", "not_done", "unknown"


@pytest.fixture(params=EACH_WAY)
def runs(request: pytest.FixtureRequest, tmp_path: Path, light_lab: Lab) -> Runs:
    """As every run is, and as a plan may ask for it."""
    return Runs(tmp_path, light_lab, project=CASES / "redirected", accelerate=request.param)


# playbook, result of web1, result of web2, words that must be told
ROWS = [
    ("group_by.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to localhost"),
    ("module_defaults.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("by_host_vars/site.yml", UNKNOWN, UNKNOWN, "web1: task 'orch fence' went to web3"),
    ("play_vars.yml", UNKNOWN, UNKNOWN, "web1: task 'Deploy' went to web3"),
    ("play_vars_files.yml", UNKNOWN, UNKNOWN, "web1: task 'Deploy' went to web3"),
    ("port_keyword.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to"),
    ("port_variable.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to"),
    ("legacy_host_variable.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("set_fact_local.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to localhost"),
    ("added_over_a_sibling.yml", UNKNOWN, UNKNOWN, "web2: task 'Configure' went to web3"),
    ("include_vars_folder.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("role_defaults.yml", UNKNOWN, UNKNOWN, "went to localhost"),
    ("role_parameters.yml", UNKNOWN, UNKNOWN, "went to web3"),
    ("include_tasks_vars.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("import_playbook_vars.yml", UNKNOWN, UNKNOWN, "web1: task 'Deploy' went to web3"),
    ("handler.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to web3"),
    ("own_connection/site.yml", UNKNOWN, UNKNOWN, "web1: task 'Configure' went to connection disguise"),
    ("become_exe.yml", NOT, NOT, "orch refuses become_exe ssh"),
    ("become_flags.yml", NOT, NOT, "orch refuses become_flags -n ssh"),
    ("become_flags_variable.yml", NOT, NOT, "orch refuses become_flags -n /usr/bin/ssh"),
    ("become_method.yml", NOT, NOT, "web1: task 'Configure' failed"),
    ("python_interpreter.yml", NOT, NOT, "orch refuses ansible_python_interpreter /usr/bin/ssh"),
    ("python_interpreter_env.yml", NOT, NOT, "orch refuses ansible_python_interpreter /usr/bin/env ssh"),
    ("shell_executable.yml", NOT, NOT, "orch refuses ansible_shell_executable /usr/bin/ssh"),
    ("config_file.yml", NOT, NOT, "orch refuses ssh_common_args -F /tmp/orch-another-config"),
    ("proxy_jump.yml", NOT, NOT, "orch refuses ssh_extra_args -J"),
    ("common_proxy_command.yml", NOT, NOT, "orch refuses ssh_common_args -o ProxyCommand"),
    ("sftp_executable.yml", NOT, NOT, "orch refuses sftp_executable /bin/true"),
]
QUICK = ("group_by.yml", "become_flags.yml", "python_interpreter.yml")
"""The others take long together."""


@pytest.mark.parametrize(
    ("playbook", "first", "second", "words"),
    [row if row[0] in QUICK else pytest.param(*row, marks=pytest.mark.slow) for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_a_redirected_playbook(runs: Runs, playbook: str, first: str, second: str, words: str) -> None:
    outcome = runs.run(playbook)
    assert words in reasons(outcome)
    assert results(outcome) == {"web1": first, "web2": second}


@pytest.mark.slow
@pytest.mark.parametrize("playbook", ["interpreter_wrapper.yml", "shell_wrapper.yml"])
def test_a_wrapper_on_the_machine_itself_leads_nowhere(runs: Runs, playbook: str) -> None:
    outcome = runs.run(playbook)
    assert results(outcome) == {"web1": DONE, "web2": DONE}, reasons(outcome)
