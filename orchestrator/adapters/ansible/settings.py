"""Ansible's settings for a run: what orch sets, and what of a user's ansible.cfg it overrides, named (docs/ansible.md)."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.ansible import acceleration
from orchestrator.adapters.ansible.cfg_paths import PASSWORDS, from_elsewhere
from orchestrator.adapters.ansible.in_run.actions import LOCAL
from orchestrator.adapters.home_paths import expanded
from orchestrator.adapters.process import run
from orchestrator.errors import MachineLacks

if TYPE_CHECKING:
    from orchestrator.adapters.ansible.installation import AnsibleInstallation
    from orchestrator.domain.evidence.attempt import AttemptRequest

MARK = "ORCH_ATTEMPT"
"""The variable by which the processes of an attempt on this machine are known."""
_USERS_HOME = "~/.ansible"
_NO_HOME = Path(__file__).parent / "no_home"
"""Where Ansible's home would be while it is imported ahead: nothing is ever there."""
GUEST = Path(__file__).parent / "guest" / "entry.py"
"""The program by which everything that imports Ansible is started (guest/entry.py)."""
# What of the caller's environment a run sees. The agent's socket is no secret, and keys often live only there.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "USER", "LOGNAME", "TZ", "SSH_AUTH_SOCK")

_SSH = "-o StrictHostKeyChecking=yes -o ServerAliveInterval=15 -o ServerAliveCountMax=3"


class _Override(NamedTuple):
    """An option of ansible.cfg, the words that contradict safety (None: any value), and why orch sets it itself."""

    section: str
    option: str
    unsafe: frozenset[str] | None
    why: str


_TRUE = frozenset({"true", "yes", "on", "1", "y", "t"})
_FALSE = frozenset({"false", "no", "off", "0", "n", "f"})
_LOCAL = frozenset(LOCAL)

_OVERRIDES = (
    _Override("defaults", "host_key_checking", _FALSE, "host keys are always checked"),
    _Override("ssh_connection", "host_key_checking", _FALSE, "host keys are always checked"),
    _Override("paramiko_connection", "host_key_auto_add", _TRUE, "host keys are always checked"),
    _Override("defaults", "force_handlers", _FALSE, "a retry after a failure must not lose handlers"),
    _Override("defaults", "task_timeout", None, "the plan's task_timeout counts"),
    _Override("defaults", "forks", None, "orch sets the forks of each run"),
    _Override(
        "defaults",
        "inject_facts_as_vars",
        _TRUE,
        "facts could overwrite variables; a plan may allow injected_facts",
    ),
    _Override(
        "defaults",
        "host_pattern_mismatch",
        frozenset({"ignore", "warning"}),
        "a play without hosts is a fault; a plan may allow absent_groups",
    ),
    _Override("inventory", "unparsed_is_failed", _FALSE, "an inventory that cannot be read is a fault"),
    _Override("inventory", "any_unparsed_is_failed", _FALSE, "an inventory that cannot be read is a fault"),
    _Override("defaults", "ask_pass", _TRUE, "nobody can answer a prompt"),
    _Override(
        "defaults",
        "ask_vault_pass",
        _TRUE,
        "nobody can answer a prompt; give vault_password_file in the plan",
    ),
    _Override("privilege_escalation", "become_ask_pass", _TRUE, "nobody can answer a prompt"),
    _Override("defaults", "enable_task_debugger", _TRUE, "nobody can answer a prompt"),
    _Override("defaults", "transport", _LOCAL, "tasks would run on this machine instead of the hosts"),
    _Override("defaults", "keep_remote_files", _TRUE, "module arguments would stay on the hosts"),
    _Override("defaults", "display_args_to_stdout", _TRUE, "arguments hold secrets"),
    _Override(
        "defaults", "verbosity", frozenset({"1", "2", "3", "4", "5", "6"}), "verbose output holds secrets"
    ),
    _Override("diff", "always", _TRUE, "differences of files hold secrets"),
    _Override("defaults", "retry_files_enabled", _TRUE, "orch keeps the record"),
    _Override("defaults", "log_path", None, "the output of each run is kept with its attempt"),
    _Override("tags", "run", None, "the plan's tags count"),
    _Override("tags", "skip", None, "the plan's skip_tags count"),
    _Override("ssh_connection", "control_path", None, "each run has connections of its own"),
    _Override("ssh_connection", "control_path_dir", None, "each run has connections of its own"),
    _Override("ssh_connection", "pipelining", _FALSE, "pipelining is on"),
)
_UNSAFE_SSH = re.compile(
    r"StrictHostKeyChecking[ =]*(?:no|off|accept-new|ask)\b|UserKnownHostsFile[ =]*/dev/null|Control(?:Path|Persist|Master)\b",
    re.IGNORECASE,
)


def configuration(project: Path) -> dict[tuple[str, str], str]:
    """The project's own ansible.cfg by section and option; empty without one, or where Ansible itself will refuse it."""
    parser = configparser.ConfigParser(inline_comment_prefixes=(";",), interpolation=None, strict=False)
    try:
        parser.read(project / "ansible.cfg", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return {
        (section, option): parser.get(section, option, fallback="") or ""
        for section in parser.sections()
        for option in parser.options(section)
    }


def cfg_conflicts(project: Path) -> list[str]:
    """Sentences that name each setting of the project's ansible.cfg that contradicts safety, and so does not apply."""
    settings = configuration(project)
    overridden = []
    for override in _OVERRIDES:
        value = settings.get((override.section, override.option))
        if value is not None and (override.unsafe is None or value.strip().lower() in override.unsafe):
            overridden.append(
                f"[{override.section}] {override.option} = {value} does not apply: {override.why}."
            )
    overridden += [
        f"[ssh_connection] {option}: `{match[0]}` does not apply: host keys are always checked, connections belong to one run."
        for option in ("ssh_args", "ssh_common_args", "ssh_extra_args")
        for match in [_UNSAFE_SSH.search(settings.get(("ssh_connection", option), ""))]
        if match
    ]
    return overridden


def base_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """What every program that orch starts for Ansible sees: the allow-listed names, and an encoding that Ansible takes."""
    passed = {name: caller[name] for name in PASSED_ON if name in caller}
    if "UTF-8" not in passed.get("LC_ALL", passed.get("LANG", "")).upper().replace("UTF8", "UTF-8"):
        passed["LC_ALL"] = "C.UTF-8"
    return passed


def passed_environment(names: Iterable[str], caller: Mapping[str, str]) -> dict[str, str]:
    """The values of the variables that a plan has passed to its runs; without those that are absent or empty."""
    return {name: caller[name] for name in names if caller.get(name)}


def secret_environment(passed: Mapping[str, str]) -> dict[str, str]:
    """What of it is kept nowhere: all but what every run sees."""
    return {name: value for name, value in passed.items() if name not in PASSED_ON}


def config_file(project: Path) -> str:
    """The project's ansible.cfg and no other: what lies in a home or in /etc is no part of what was approved."""
    own = project / "ansible.cfg"
    return str(own if own.is_file() else Path(__file__).parent / "no_settings.cfg")


def ssh_arguments(control: Path | None, known_hosts: str | None, users: str, *, master: bool = True) -> str:
    """Ours before the user's, for ssh takes the first value it is given. Without `control`, no connection is shared.

    `master`: a connection is made one that others can use; else one that is there is used, and none is made.
    """
    pinned = ""
    if known_hosts is not None:
        # Quoted twice: ssh itself would take a name with a space in it for two files.
        pinned_file = shlex.quote(f'UserKnownHostsFile="{known_hosts}"')
        pinned = f" -o {pinned_file} -o GlobalKnownHostsFile=/dev/null"
    shared = " -o ControlMaster=no -o ControlPath=none"
    if control is not None:
        makes = "-o ControlMaster=auto -o ControlPersist=60s" if master else "-o ControlMaster=no"
        shared = f" {makes} -o ControlPath={control}/%C"
    return f"{_SSH}{shared}{pinned} {users}".rstrip()


def first_ssh_options(request: AttemptRequest, control: Path, *, stock: bool = False) -> list[str]:
    """Ours as words: they stand first on each command line of ssh, whatever variables say (in_run/connections.py).

    `stock`: those of an accelerated run that goes Ansible's own way after all.
    """
    # The ssh of an image may be older than this machine's; it reads no configuration but the frozen one.
    known = (
        []
        if request.execution_environment
        else ["-o", "KnownHostsCommand=none"]
        if _knows_host_commands()
        else []
    )
    ours = ssh_arguments(
        _shared(request, control), request.known_hosts, "", master=stock or not _one_session(request)
    )
    return [*shlex.split(ours), *known]


def _shared(request: AttemptRequest, control: Path) -> Path | None:
    """mitogen's own ssh stays for the whole run; a login of a visit is none that it could go by."""
    return None if request.accelerate == "mitogen" else control


def _one_session(request: AttemptRequest) -> bool:
    """Whether one ssh for each host stays for the whole run: there is nobody to share its connection with."""
    return request.accelerate == "orch"


@cache
def _knows_host_commands() -> bool:
    """Whether this machine's ssh has the option (OpenSSH 8.5); an older one ends at it."""
    try:
        asked = run(["ssh", "-G", "-F", "none", "-o", "KnownHostsCommand=none", "localhost"], timeout=5.0)
        return asked.exit_code == 0
    except MachineLacks:
        return False


def run_settings(
    request: AttemptRequest,
    *,
    directory: Path,
    control: Path,
    installation: AnsibleInstallation | None = None,
) -> dict[str, str]:
    """Every ANSIBLE_* variable of a run; these beat ansible.cfg."""
    of_one_run = settings_of_one_run(request, directory, control, installation)
    return {**lasting_settings(request.project), **of_one_run}


def lasting_settings(project: str) -> dict[str, str]:
    """Those that are the same for every run of a project; Ansible may have been imported under them."""
    users = configuration(Path(project))
    return {
        "ANSIBLE_CONFIG": config_file(Path(project)),
        **search_paths(Path(project)),
        **no_log(Path(project)),
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "1",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        "ANSIBLE_FORCE_HANDLERS": "1",
        "ANSIBLE_HOST_KEY_CHECKING": "1",
        "ANSIBLE_SSH_HOST_KEY_CHECKING": "1",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_PIPELINING": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "ANSIBLE_ASK_PASS": "0",
        "ANSIBLE_BECOME_ASK_PASS": "0",
        "ANSIBLE_ASK_VAULT_PASS": "0",
        "ANSIBLE_ENABLE_TASK_DEBUGGER": "0",
        "ANSIBLE_KEEP_REMOTE_FILES": "0",
        "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "0",
        "ANSIBLE_DIFF_ALWAYS": "0",
        "ANSIBLE_VERBOSITY": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_NOCOWS": "1",
        **_only_against(users),
    }


def search_paths(project: Path) -> dict[str, str]:
    """A home of Ansible's with no plugins in it; the user's collections and roles stay where Ansible looks for them.

    What lies in `~/.ansible/plugins` would take the place of Ansible's modules and plugins, and nobody approved it.
    """
    users = configuration(project)
    home = _anchored(users.get(("defaults", "home"), "").strip() or _USERS_HOME, str(project))
    paths = {"ANSIBLE_HOME": str(_NO_HOME)}
    if ("defaults", "collections_path") not in users:
        paths["ANSIBLE_COLLECTIONS_PATH"] = f"{home}/collections:/usr/share/ansible/collections"
    if ("defaults", "roles_path") not in users:
        paths["ANSIBLE_ROLES_PATH"] = f"{home}/roles:/usr/share/ansible/roles:/etc/ansible/roles"
    return paths


def elsewhere(request: AttemptRequest) -> dict[str, str]:
    """The ANSIBLE_* variables of paths that no copy of the project has at the places which its ansible.cfg names."""
    project = Path(request.project)
    origin = Path(request.origin) if request.origin else None
    return from_elsewhere(configuration(project), project, origin)


def roles_path(request: AttemptRequest) -> list[Path]:
    """The folders in which a run's Ansible looks for roles beside those of a playbook."""
    project = Path(request.project)
    users = configuration(project).get(("defaults", "roles_path"), "")
    given = elsewhere(request).get("ANSIBLE_ROLES_PATH") or _anchored(users, str(project))
    folders = given or search_paths(project).get("ANSIBLE_ROLES_PATH", "")
    return [expanded(folder) for folder in folders.split(":") if folder]


_VAULT_SETTINGS = ("vault_password_file", "vault_identity_list")


def decrypts(project: Path, vault_password_file: str | None) -> bool:
    """Whether a run has anything to decrypt vaulted values with: from the plan, or from ansible.cfg."""
    settings = configuration(project)
    return vault_password_file is not None or any(("defaults", name) in settings for name in _VAULT_SETTINGS)


def password_files(project: Path, origin: Path | None = None) -> list[str]:
    """The files that hold or give passwords, as the project's ansible.cfg names them; `origin`: where it was copied from."""
    settings = configuration(project)
    given = ",".join(settings.get(("defaults", name), "") for name in PASSWORDS)
    names = (name.strip().rpartition("@")[2] for name in given.split(","))
    beside = origin or project
    return [os.path.normpath(beside / expanded(name)) for name in names if name and name != "prompt"]


def no_log(project: Path) -> dict[str, str]:
    """A log of the user's would be written into the copy of the project, which then is not what was approved."""
    return {"ANSIBLE_LOG_PATH": os.devnull} if ("defaults", "log_path") in configuration(project) else {}


_HINT_TMP = "/tmp"  # noqa: S108 - of a host: Ansible makes a folder of its own in it, with a name that nobody knows before
"""A folder that each host has: Ansible's own, in the home of the login, would stay behind."""


def settings_of_one_run(
    request: AttemptRequest, directory: Path, control: Path, installation: AnsibleInstallation | None = None
) -> dict[str, str]:
    """Those that differ from run to run; an Ansible that is imported already takes them over (warm/preload.py)."""
    users = configuration(Path(request.project))
    return {
        # Its path is short, for sockets are made in there.
        "ANSIBLE_HOME": str(control / "home"),
        "ANSIBLE_TASK_TIMEOUT": str(max(1, round(request.task_timeout))),
        "ANSIBLE_SSH_ARGS": ssh_arguments(
            _shared(request, control),
            request.known_hosts,
            users.get(("ssh_connection", "ssh_args"), ""),
            master=not _one_session(request),
        ),
        # The check of the plan has held each pattern to the inventory, and to what the plan lets be absent.
        "ANSIBLE_HOST_PATTERN_MISMATCH": "warning" if request.allowance.absent_groups else "error",
        "ANSIBLE_INJECT_FACT_VARS": "1" if request.allowance.injected_facts else "0",
        "ANSIBLE_RUN_TAGS": ",".join(request.tags) or "all",
        "ANSIBLE_SKIP_TAGS": ",".join(request.skip_tags),
        "ANSIBLE_FORKS": str(acceleration.forks(request)),
        "ANSIBLE_LOCAL_TEMP": str(directory / "tmp"),
        **({"ANSIBLE_REMOTE_TMP": _HINT_TMP} if request.purpose == "hint" else {}),
        **elsewhere(request),
        **acceleration.settings(
            request, _anchored(users.get(("defaults", "strategy_plugins"), ""), request.project), installation
        ),
    }


def guest(installation: AnsibleInstallation | None, part: str, *arguments: str) -> list[str]:
    """The command that starts a part of ours under the Python of an Ansible [default: orch's own], whatever the PATH says."""
    return [
        sys.executable if installation is None else str(installation.python),
        str(GUEST),
        part,
        *arguments,
    ]


def _only_against(users: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Set only where a user's setting has to be undone: Ansible warns of these settings, or has better defaults."""
    undone = {}
    if users.get(("defaults", "transport"), "").strip() in _LOCAL:
        undone["ANSIBLE_TRANSPORT"] = "ssh"
    if ("paramiko_connection", "host_key_auto_add") in users:
        undone["ANSIBLE_PARAMIKO_HOST_KEY_AUTO_ADD"] = "0"
    return undone


def _anchored(given: str, project: str) -> str:
    """The user's plugin folders; Ansible takes relative ones from the folder of ansible.cfg."""
    return ":".join(
        folder if folder.startswith(("/", "~", "$", "{")) else f"{project}/{folder}"
        for folder in given.split(":")
        if folder
    )
