"""What a run is launched with: the generated playbook, the explicit list of hosts, the variables as plain values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.adapters.ansible import acceleration, fencing, kept_logins
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.become_passwords import VARIABLES
from orchestrator.adapters.ansible.given_password import pipe_of
from orchestrator.adapters.ansible.installation import AnsibleInstallation
from orchestrator.adapters.ansible.isolation.ssh_of_here import with_paths_of_here
from orchestrator.adapters.ansible.own_plays import identity_tasks, own_play, visit_plays
from orchestrator.adapters.ansible.pinned_libraries import lay_pinned
from orchestrator.adapters.ansible.settings import (
    MARK,
    base_environment,
    configuration,
    decrypts,
    first_ssh_options,
    password_files,
    roles_path,
    run_settings,
    secret_environment,
)
from orchestrator.adapters.ansible.vaulted_files import other_vaulted_files, vaulted_files
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.evidence.attempt import AttemptRequest

# Asked on the connection itself, without Python: no answer, no sentinel. Two names for one machine answer alike.
_SENTINEL = (
    "echo orch $(cat /etc/machine-id /proc/sys/kernel/random/boot_id 2>/dev/null;"
    " readlink /proc/self/ns/net 2>/dev/null)"
)
# A host that nothing identifies is not asked anything at the end: its checks are.
_AT_THE_END = {"ansible.builtin.assert": {"that": [True], "quiet": True}}
# Seconds for a task of ours, however short the plan's own limit is.
_OWN_TIME = 30
# Given as variables these would lead a run to other machines, or away from the settings that keep it safe.
LEADING_ASTRAY = frozenset(
    {
        "ansible_connection",
        "ansible_host",
        "ansible_ssh_host",
        "ansible_port",
        "ansible_ssh_port",
        "inventory_hostname",
    }
    | {
        "ansible_ssh_args",
        "ansible_ssh_executable",
        "ansible_host_key_checking",
        "ansible_ssh_host_key_checking",
    }
    | {"ansible_control_path", "ansible_check_mode", "ansible_shell_executable", "ansible_task_timeout"}
)


def refused(request: AttemptRequest, installation: AnsibleInstallation | None = None) -> str | None:
    """Why the run cannot be launched: variables that a plan may not set, or an acceleration that cannot be had."""
    astray = sorted(LEADING_ASTRAY & request.variables.keys())
    if astray:
        return f"variables that would lead the run astray: {', '.join(astray)}"
    lacking = acceleration.lacking(request.accelerate, installation)
    return None if lacking is None else f"accelerate: {request.accelerate} cannot be had: {lacking}"


def plain_values(value: Any) -> Any:
    """The value with every string marked as text, never a template: variables are not code on the controller."""
    if isinstance(value, str):
        return {"__ansible_unsafe": value}
    if isinstance(value, dict):
        return {key: plain_values(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(item) for item in value]
    return value


def wrapper(request: AttemptRequest, nonce: str, *, given: bool = False) -> str:
    """A playbook (JSON is YAML): the fence on exactly these hosts, the user's playbook unchanged, the sentinel."""
    if request.questions:
        return json.dumps(visit_plays(request, nonce), indent=1)
    machines = {host: request.machine_ids[host] for host in request.machines if host in request.machine_ids}
    known = {host: " ".join(str(epoch) for epoch in epochs) for host, epochs in request.known.items()}
    over_ssh = [host for host in request.hosts if host not in request.without_ssh]
    plays: list[dict[str, Any]] = []
    if over_ssh:
        fence = _play(
            "fence", nonce, request, over_ssh, _raw(fencing.task(request.epoch, request.house, request.store))
        )
        fence["tasks"][0] |= {"become": _becomes(request, given=given), "become_user": "root"}
        plays.append({**fence, "vars": {fencing.MACHINES: machines, fencing.KNOWN: known}})
    plays += [_play("fence", nonce, request, hosts, task) for task, hosts in identity_tasks(request) if task]
    plays.append({"import_playbook": request.playbook})
    if over_ssh:
        plays.append(_play("sentinel", nonce, request, over_ssh, _raw(_SENTINEL)))
    plays += [
        _play("sentinel", nonce, request, hosts, task or _AT_THE_END)
        for task, hosts in identity_tasks(request)
    ]
    return json.dumps(plays, indent=1)


def _becomes(request: AttemptRequest, *, given: bool) -> str:
    """Whether the fence needs Ansible's own way to root, with the password that Ansible has; else it uses `sudo -n`.

    A template, for it is each host's own: its value is true or false, and holds no password.
    """
    of_host = "''"
    for variable in reversed(VARIABLES):
        of_host = f"{variable} | default({of_host}, true)"
    whole = given or ("defaults", "become_password_file") in configuration(Path(request.project))
    everybody = "ansible_user | default(ansible_ssh_user | default('root')) != 'root'" if whole else "false"
    return f"{{{{ ({of_host}) | length > 0 or {everybody} }}}}"


def _raw(command: str) -> dict[str, Any]:
    """Asked on the connection itself, whatever the user's settings are."""
    return {"ansible.builtin.raw": command}


def _play(
    name: str, nonce: str, request: AttemptRequest, hosts: Sequence[str], task: Mapping[str, Any]
) -> dict[str, Any]:
    """A play of ours with one task."""
    return own_play(
        name,
        nonce,
        hosts,
        [
            {
                "name": f"orch {name}",
                **task,
                "check_mode": False,
                "changed_when": False,
                "timeout": max(_OWN_TIME, round(request.task_timeout)),
                "tags": ["always"],
            }
        ],
        acceleration.strategy(request),
    )


def ways(request: AttemptRequest, folder: AttemptFolder, control: Path) -> dict[str, Any]:
    """What the run's own process holds its connections to: ssh's first options, the pinned keys, the declared delegates.

    `acts`: where it writes down what it is about to do on other hosts; `opens`: what it reads outside of what was approved.
    Also which files hold vaulted values, and the tasks that the plan names: their names are no secret, and are compared.
    """
    allowed = request.allowance
    return {
        "ssh": first_ssh_options(request, control),
        "ssh_stock": first_ssh_options(request, control, stock=True),
        "machines": request.machine_ids,
        "hosts": list(request.hosts),
        **ssh_ways(request, control),
        "known_hosts": request.known_hosts,
        "persistent": lay_pinned(request.library_keys, control / "ssh"),
        "delegates": list(allowed.delegates),
        "acts": str(folder.acts),
        "opens": opens(request, folder, control),
        "passed": [*secret_environment(dict.fromkeys(request.pass_environment, ""))],
        "vaulted": [str(path) for path in _vaulted(request)],
        "identities": {
            host: {"keep": list(identity.keep), "machine": request.machines.get(host, "")}
            for host, identity in request.without_ssh.items()
            if identity is not None
        },
        "visit": {
            "beside": str(Path(request.playbook).parent),
            "keep": [list(each.keep) for each in request.questions],
        }
        if request.questions
        else {},
        "hint": {"named": list(allowed.check_mode_tasks), "abandoned": str(folder.abandoned)}
        if request.purpose == "hint"
        else None,
        "named_tasks": [
            *allowed.ignored_tasks,
            *allowed.rescued_tasks,
            *allowed.check_mode_tasks,
            *allowed.unreachable_tasks,
        ],
    }


def ssh_ways(request: AttemptRequest, control: Path) -> dict[str, Any]:
    """The words that lead ssh to each place, and those for any other; their files are where no blank is in a path.

    A jump host's ssh is started by a shell that takes the path as it is. Hosts behind different jump hosts can have one
    address: so each way has its own socket for shared connections.
    """
    folder = control / "ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    plain = folder / "config"
    plain.write_text(_config(request, request.plain_way))
    led: dict[str, list[str]] = {}
    for number, (place, way) in enumerate(sorted(request.ways.items())):
        config = folder / f"config-{number}"
        config.write_text(_config(request, way.config))
        own = (
            []
            if request.accelerate == "mitogen"
            else ["-o", f"ControlPath={control / kept_logins.socket_name(request, place, '%C')}"]
        )
        led[place] = ["-F", str(config), *own, *way.first]
    return {"ssh_ways": led, "ssh_plain": ["-F", str(plain), "-o", "HostName=%h"]}


def _config(request: AttemptRequest, config: str) -> str:
    """In a container ssh has another account."""
    return with_paths_of_here(config) if request.execution_environment else config


def opens(request: AttemptRequest, folder: AttemptFolder, control: Path) -> dict[str, Any]:
    """Where a run writes down what it reads, and what it may: its copy, and these places beside it."""
    project, inventory = Path(request.project), Path(request.inventory)
    named = [request.vault_password_file, request.known_hosts, *password_files(project)]
    named += password_files(project, Path(request.origin or request.project))
    places = [folder.path, control, inventory, *(Path(path) for path in named if path)]
    places += [inventory.parent / name for name in ("group_vars", "host_vars")]
    places += [expanded(path) for path in (*request.ingredients, *request.foreseen, *_artefacts(request))]
    places += [project / path for path in request.outputs]
    return {"file": str(folder.opens), "copy": request.project, "given": [str(path) for path in places]}


def _artefacts(request: AttemptRequest) -> list[str]:
    """Those of the release: digested as such, also where they are in another copy than the playbook."""
    given: Any = request.variables.get("orch")
    units = given.get("units", {}) if isinstance(given, dict) else {}
    return [str(unit["artefact"]) for unit in units.values()]


def _vaulted(request: AttemptRequest) -> Iterator[Path]:
    project = Path(request.project)
    if decrypts(project, request.vault_password_file):
        playbooks = [Path(playbook) for playbook in request.playbooks or (request.playbook,)]
        loadable = list(vaulted_files(project, playbooks, Path(request.inventory), roles_path(request)))
        yield from loadable
        yield from other_vaulted_files(project, loadable)


def arguments(request: AttemptRequest, folder: AttemptFolder, control: Path) -> list[str]:
    """Write the files of the run into the attempt's folder; the arguments of ansible-playbook that name them."""
    playbook, limit = folder.path / "playbook.yml", folder.path / "hosts.limit"
    given = folder.beside().become
    playbook.write_text(wrapper(request, folder.nonce(), given=given is not None))
    controller = [name for name in request.allowance.delegates if name == "localhost"]
    folder.addresses.write_text(json.dumps(request.addresses))
    folder.ways.write_text(json.dumps(ways(request, folder, control)))
    _collections_beside(request, folder)
    limit.write_text("".join(f"{host}\n" for host in (*request.hosts, *controller)))
    # Ansible splits what it is given here at spaces, commas and colons, and a home may have any of them.
    short = control / limit.name
    short.symlink_to(limit)
    options = [str(playbook), "--inventory", request.inventory, "--limit", f"@{short}"]
    if given is not None:
        options += ["--become-password-file", str(pipe_of(given, control))]
    if request.purpose == "hint":
        options += ["--check", "--diff"]
    if request.vault_password_file is not None:
        options += ["--vault-password-file", request.vault_password_file]
    together = {**request.variables, **acceleration.variables(request)}
    if together:
        variables = folder.keep_variables(plain_values(together))
        options += ["--extra-vars", f"@{variables}"]
    return options


def _collections_beside(request: AttemptRequest, folder: AttemptFolder) -> None:
    """Collections beside the user's playbook: Ansible looks for them beside the one that it is started with, which is ours."""
    beside = Path(request.playbook).parent / "collections"
    if beside.is_dir():
        (folder.path / beside.name).symlink_to(beside)


def environment(
    request: AttemptRequest, folder: AttemptFolder, caller: dict[str, str], control: Path
) -> dict[str, str]:
    """All that the run sees of an environment."""
    return {
        **folder.passed_environment(),
        **base_environment(caller),
        **run_settings(request, directory=folder.path, control=control, installation=folder.installation()),
        MARK: folder.mark().partition("=")[2],
        "ORCH_EVIDENCE": str(folder.evidence),
        "ORCH_ADDRESSES": str(folder.addresses),
        "ORCH_NONCE": folder.nonce(),
        "ORCH_MARKER": request.attempt,
        "ORCH_CONTROL": str(control),
        "ORCH_WAYS": str(folder.ways),
        **acceleration.environment(request),
    }
