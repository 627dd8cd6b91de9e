"""What of a user's ansible.cfg applies, and what does not."""

from pathlib import Path

import pytest

from orchestrator.adapters.ansible.settings import base_environment, cfg_conflicts, run_settings
from orchestrator.domain.evidence.attempt import Allowance, AttemptRequest


def settings(project: Path, **changes: object) -> dict[str, str]:
    given = {
        "attempt": "a",
        "deployment": "d",
        "purpose": "deploy",
        "playbook": "/p/x.yml",
        "project": str(project),
    }
    rest = {"inventory": "/p/hosts", "hosts": ("web1", "web2"), "variables": {}}
    request = AttemptRequest.model_validate({**given, **rest, **changes})
    return run_settings(request, directory=Path("/a"), control=Path("/tmp/orch-x"))


# ansible.cfg, and words of the sentence that names the conflict (None: there is none)
CONFLICTS = [
    ("[defaults]\nhost_key_checking = False", "[defaults] host_key_checking = False does not apply"),
    ("[defaults]\nhost_key_checking = True", None),
    ("[defaults]\nforks = 50", "orch sets the forks of each run"),
    ("[defaults]\ntransport = local", "instead of the hosts"),
    ("[defaults]\ntransport = ansible.builtin.local", "instead of the hosts"),
    ("[defaults]\ntransport = ansible.legacy.local", "instead of the hosts"),
    ("[defaults]\ntransport = ssh", None),
    ("[defaults]\nask_vault_pass = yes", "vault_password_file"),
    ("[privilege_escalation]\nbecome_ask_pass = true", "nobody can answer"),
    ("[privilege_escalation]\nbecome = true", None),
    ("[inventory]\nunparsed_is_failed = false", "an inventory that cannot be read is a fault"),
    ("[tags]\nskip = slow", "the plan's skip_tags count"),
    ("[ssh_connection]\nssh_args = -o StrictHostKeyChecking=no", "`StrictHostKeyChecking=no` does not apply"),
    ("[ssh_connection]\nssh_common_args = -o UserKnownHostsFile=/dev/null", "host keys are always checked"),
    ("[ssh_connection]\nssh_args = -o ControlPersist=30m", "connections belong to one run"),
    ("[ssh_connection]\nssh_args = -o ProxyJump=bastion", None),
    ("[defaults]\nroles_path = roles\nfilter_plugins = filters\nvault_password_file = .pass", None),
    ("[defaults]\nlog_path = ansible.log", "the output of each run is kept with its attempt"),
    ("[diff]\nalways = yes", "differences of files hold secrets"),
    ("[ssh_connection]\npipelining = false ; old sudo", "pipelining is on"),
    ("not a configuration", None),
    (None, None),
]


@pytest.mark.parametrize(("text", "words"), CONFLICTS)
def test_conflicts_are_named(tmp_path: Path, text: str | None, words: str | None) -> None:
    if text is not None:
        (tmp_path / "ansible.cfg").write_text(text)
    conflicts = cfg_conflicts(tmp_path)
    assert (words is None) == (not conflicts)
    assert words is None or words in conflicts[0]


def test_ours_stand_before_the_users_ssh_arguments(tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_text(
        "[ssh_connection]\nssh_args = -o StrictHostKeyChecking=no -J bastion"
    )
    words = settings(tmp_path, known_hosts="/k h/known")["ANSIBLE_SSH_ARGS"]
    assert words.index("StrictHostKeyChecking=yes") < words.index("StrictHostKeyChecking=no")
    assert (
        "-o 'UserKnownHostsFile=\"/k h/known\"' -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=no"
        in words
    )
    assert words.endswith("-J bastion")


def test_the_users_callbacks_are_those_of_the_projects_settings(tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\ncallback_plugins = cb\ncallbacks_enabled = mine")
    assert not {"ANSIBLE_CALLBACK_PLUGINS", "ANSIBLE_CALLBACKS_ENABLED"} & settings(tmp_path).keys()


# ansible.cfg, where collections are looked for, where roles are
PATHS = [
    (
        "",
        "~/.ansible/collections:/usr/share/ansible/collections",
        "~/.ansible/roles:/usr/share/ansible/roles",
    ),
    (
        "[defaults]\nhome = own",
        "@/own/collections:/usr/share/ansible/collections",
        "@/own/roles:/usr/share/ansible/roles",
    ),
    ("[defaults]\ncollections_path = c\nroles_path = r", None, None),
]


@pytest.mark.parametrize(("text", "collections", "roles"), PATHS)
def test_a_run_has_a_home_of_its_own_and_the_users_collections(
    tmp_path: Path, text: str, collections: str | None, roles: str | None
) -> None:
    (tmp_path / "ansible.cfg").write_text(text)
    variables = {name: value.replace(str(tmp_path), "@") for name, value in settings(tmp_path).items()}
    assert variables["ANSIBLE_HOME"] == "/tmp/orch-x/home"
    assert variables.get("ANSIBLE_COLLECTIONS_PATH") == collections
    assert variables.get("ANSIBLE_ROLES_PATH") == (roles and f"{roles}:/etc/ansible/roles")


def test_what_follows_from_the_request(tmp_path: Path) -> None:
    environment = settings(tmp_path, task_timeout=0.2, forks=50)
    assert (
        environment["ANSIBLE_FORKS"],
        environment["ANSIBLE_TASK_TIMEOUT"],
        environment["ANSIBLE_INJECT_FACT_VARS"],
    ) == (
        "2",
        "1",
        "0",
    )
    assert settings(tmp_path, allowance=Allowance(injected_facts=True))["ANSIBLE_INJECT_FACT_VARS"] == "1"


def test_a_control_path_fits_a_socket(tmp_path: Path) -> None:
    path = next(
        word for word in settings(tmp_path)["ANSIBLE_SSH_ARGS"].split() if word.startswith("ControlPath=")
    )
    assert len(path.removeprefix("ControlPath=").replace("%C", "c" * 40) + ".0123456789abcdef") < 108


def test_only_listed_names_of_the_environment_are_passed_on() -> None:
    caller = {
        "PATH": "/bin",
        "AWS_SECRET_ACCESS_KEY": "s",
        "ANSIBLE_HOST_KEY_CHECKING": "0",
        "LANG": "de_DE.UTF-8",
    }
    assert base_environment(caller) == {"PATH": "/bin", "LANG": "de_DE.UTF-8"}
    assert base_environment({"LANG": "C"}) == {"LANG": "C", "LC_ALL": "C.UTF-8"}
