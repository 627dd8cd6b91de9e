"""What Ansible says of an inventory and of playbooks, asked in one subprocess before anything runs."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from orchestrator.adapters import process
from orchestrator.adapters.ansible.account import account_faults
from orchestrator.adapters.ansible.become_passwords import become_secrets, login_secrets
from orchestrator.adapters.ansible.cfg_paths import from_elsewhere
from orchestrator.adapters.ansible.inspected_targets import (
    below,
    on_their_ways,
    one_address_twice,
    targets_of,
)
from orchestrator.adapters.ansible.installation import AnsibleInstallation
from orchestrator.adapters.ansible.inventory_sources import unusable_sources
from orchestrator.adapters.ansible.isolation.inspecting import ended_in_container
from orchestrator.adapters.ansible.program_errors import (
    SEE_PROGRAM,
    move_of,
    of_passwords,
    readable,
    with_reasons,
)
from orchestrator.adapters.ansible.settings import (
    base_environment,
    config_file,
    configuration,
    guest,
    no_log,
    password_files,
    search_paths,
)
from orchestrator.adapters.ansible.tree_check.inventory_ways import ways_of
from orchestrator.adapters.ansible.warm import TookTooLong, WarmStart
from orchestrator.domain.plan.inspection import (
    FileFault,
    Inspection,
    PlaybookSeen,
    Vaulted,
    VaultedValue,
    redactor_of,
)
from orchestrator.domain.text.foreign_json import ForeignJsonError, read_object
from orchestrator.domain.text.model_base import HostName
from orchestrator.domain.text.plain_text import plain
from orchestrator.domain.text.redaction import Redactor

_STATIC_FORMATS = "ansible.builtin.host_list,ansible.builtin.yaml,ansible.builtin.ini,ansible.builtin.toml"
_WARNING = 600
"""Characters of what a program said that failed."""
_TOO_LONG = "it took too long"


def inspect(  # noqa: PLR0913 - what a plan names, and nothing else
    project: Path,
    playbooks: Sequence[Path],
    inventory: Path,
    pattern: str = "all",
    vault_password_file: Path | None = None,
    *,
    dynamic_allowed: bool = False,
    variables: Sequence[Mapping[str, Any]] = (),
    beside: Path | None = None,
    timeout: float = 120.0,
    warm: WarmStart | None = None,
    installation: AnsibleInstallation | None = None,
    passed: Mapping[str, str] | None = None,
    hosts_beside: Sequence[str] = (),
    may_read: Sequence[Path] = (),
    origin: Path | None = None,
    become: str | None = None,
    hidden: Path | None = None,
    say: Callable[[str], None] = lambda step: None,
) -> Inspection:
    """Resolve the inventory, load the playbooks and decrypt every vaulted value; faults of users' files are returned.

    `variables`: what each playbook is given, in the order of the playbooks. `beside`: a playbook whose group_vars and
    host_vars count for how hosts are reached, by default the first one. Paths may be relative to `project`. `warm`: whose
    zygote is asked first. `installation`: the Ansible that is asked [default: orch's own]. `passed`: what runs see of the
    caller's environment besides the usual. `may_read`: places outside of the project whose files are not named where they are
    opened. `origin`: where files with passwords are, for a copy. `become`: the password to become root that a person gave.
    `hidden`: orch's home, which an image does not see. `say`: how far it is, once it takes long.
    """
    project, inventory = project.absolute(), below(project, inventory)
    refused = list(unusable_sources(inventory, dynamic_allowed=dynamic_allowed))
    beside_inventory = (inventory, *(inventory.parent / name for name in ("group_vars", "host_vars")))
    passwords = [vault_password_file] if vault_password_file is not None else []
    named = (*may_read, *passwords, *map(Path, password_files(project, origin)))
    question = {
        "may_read": [
            str(project),
            *map(str, beside_inventory),
            *(str(below(project, path)) for path in named),
        ],
        "project": str(project),
        "beside": str(below(project, beside or next(iter(playbooks), Path("playbook.yml"))).parent),
        # A program that may not run is not shown to Ansible at all.
        "inventory": "localhost," if refused else str(inventory),
        "pattern": pattern,
        "hosts_beside": list(hosts_beside),
        "become_password": become,
        "vault_password_file": None
        if vault_password_file is None
        else str(below(project, vault_password_file)),
        "playbooks": [
            {"path": str(below(project, path)), "variables": dict(given)}
            for path, given in zip(playbooks, [*variables, *[{}] * len(playbooks)], strict=False)
        ],
    }
    more = {**(passed or {}), **from_elsewhere(configuration(project), project, origin)}
    inspector_answer = _ask(
        question,
        project,
        more,
        dynamic_allowed=dynamic_allowed,
        timeout=timeout,
        warm=warm,
        installation=installation,
        hidden=hidden,
    )
    try:
        return _inspection(_without_hosts(inspector_answer, refused), project, pattern, say)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        reason = _without_values(question, plain(str(error)))
        nonsense = f"what it answered makes no sense: {type(error).__name__} {reason}"
        return _inspection(_nothing(question, nonsense), project, pattern)


def _without_hosts(inspector_answer: dict[str, Any], refused: Sequence[str]) -> dict[str, Any]:
    """The answer, without what it says of hosts where the inventory was refused for these reasons."""
    if refused:
        inspector_answer |= {"hosts": [], "hosts_beside": [], "groups": {}, "inventory_faults": refused}
        inspector_answer["playbooks"] = [
            {**book, "plays": [{**play, "hosts": [], "absent": []} for play in book["plays"]]}
            for book in inspector_answer["playbooks"]
        ]
    return inspector_answer


def _ask(  # noqa: PLR0913 - what is asked, and of whom
    question: dict[str, Any],
    project: Path,
    passed: Mapping[str, str],
    *,
    dynamic_allowed: bool,
    timeout: float,
    warm: WarmStart | None,
    installation: AnsibleInstallation | None,
    hidden: Path | None,
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="orch-inspect-") as name:
        folder = Path(name)
        question["may_read"].append(name)
        environment = {**passed, **_environment(project, folder, dynamic_allowed=dynamic_allowed)}
        if installation is not None and installation.image:
            ended = ended_in_container(
                installation,
                json.dumps(question),
                environment,
                project=project,
                may_read=question["may_read"],
                folder=folder,
                hidden=hidden,
                timeout=timeout,
            )
            return _answered(question, ended, ended.output.encode())
        if warm is not None and project.is_dir():
            try:
                inspector_answer = warm.inspect(str(project), question, environment, timeout)
            except TookTooLong:
                return _nothing(question, _TOO_LONG)
            if inspector_answer is not None:
                return inspector_answer
        return _asked_in_the_cold(question, project, environment, timeout, installation)


def _asked_in_the_cold(
    question: dict[str, Any],
    project: Path,
    environment: Mapping[str, str],
    timeout: float,
    installation: AnsibleInstallation | None,
) -> dict[str, Any]:
    # In memory: it holds what the vault does, and no file shall.
    with os.fdopen(os.memfd_create("orch-inspection"), "rb") as answer:
        ended = process.run(
            guest(installation, "inspector", _place_of(answer.fileno())),
            timeout=timeout,
            environment=environment,
            directory=project if project.is_dir() else None,
            text=json.dumps(question),
        )
        answer.seek(0)
        content = answer.read()
    return _answered(question, ended, content)


def _answered(question: dict[str, Any], ended: process.Ended, content: bytes) -> dict[str, Any]:
    """The answer, and why there is none."""
    if content:
        try:
            return read_object(content)
        except ForeignJsonError as error:
            reason = _without_values(question, str(error))
            broken = _TOO_LONG if ended.exit_code is None else f"what it answered makes no sense: {reason}"
            return _nothing(question, broken)
    if ended.exit_code is None:
        return _nothing(question, _TOO_LONG)
    reason = _without_values(question, _last_error(ended.errors))
    return _nothing(question, reason if reason != _NOT_SHOWN else f"exit code {ended.exit_code}; {reason}")


def _without_values(question: Mapping[str, Any], words: str) -> str:
    """What a broken inspector said, unless the plan has a vault: it had decrypted values, and nobody else knows them."""
    secrets = question["vault_password_file"] is not None or question["become_password"] is not None
    return _NOT_SHOWN if secrets else words


_NOT_SHOWN = "what it said is not shown, for it may hold vaulted values"


def _place_of(descriptor: int) -> str:
    """Where a process that this one starts finds an open file of it."""
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def _nothing(question: dict[str, Any], words: str) -> dict[str, Any]:
    """An answer without anything in it, and why."""
    return {
        "hosts": [],
        "groups": {},
        "inventory_faults": [f"Ansible cannot start: {words}"],
        "playbooks": [{"path": asked["path"], "fault": None, "plays": []} for asked in question["playbooks"]],
        "vault_faults": [],
        "vaulted": [],
        "vault_passwords": [],
        "no_callback": None,
        "unknown": words,
    }


def _environment(project: Path, folder: Path, *, dynamic_allowed: bool) -> dict[str, str]:
    static = {} if dynamic_allowed else {"ANSIBLE_INVENTORY_ENABLED": _STATIC_FORMATS}
    return {
        **base_environment(os.environ),
        "ANSIBLE_CONFIG": config_file(project),
        **search_paths(project),
        **no_log(project),
        "ANSIBLE_HOST_PATTERN_MISMATCH": "error",
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "1",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        "ANSIBLE_ASK_VAULT_PASS": "0",
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_NOCOLOR": "1",
        **static,
    }


def _inspection(
    inspector_answer: dict[str, Any],
    project: Path,
    pattern: str,
    say: Callable[[str], None] = lambda step: None,
) -> Inspection:
    vaulted = _vaulted(inspector_answer)
    redact = redactor_of(vaulted)
    warned = [plain(str(line), _WARNING) for line in inspector_answer.get("warned", [])]
    faults = with_reasons((plain(str(fault)) for fault in inspector_answer["inventory_faults"]), warned)
    targets = list(targets_of(inspector_answer["hosts"], project, faults))
    unreadable = inspector_answer["vault_faults"] or inspector_answer.get("no_passwords")
    if not targets and not faults and not unreadable:
        faults.append(f"the pattern `{pattern}` matches no host")
    faults += one_address_twice(targets)
    targets, way_places = on_their_ways(targets, inspector_answer["hosts"], project, faults, say)
    beside = list(targets_of(inspector_answer.get("hosts_beside", []), project, faults))
    beside, _ = on_their_ways(beside, inspector_answer.get("hosts_beside", []), project, faults)
    named = {target.host for target in targets}
    return Inspection(
        targets=() if faults else tuple(targets),
        beside=() if faults else tuple(beside),
        way_places=() if faults else way_places,
        inventory_faults=tuple(map(redact, faults)),
        playbooks=tuple(_playbook(book, redact) for book in inspector_answer["playbooks"]),
        vault_faults=tuple(_vault_faults(inspector_answer, warned, redact)),
        vault_warnings=tuple(map(redact, of_passwords(warned))),
        vaulted=vaulted,
        opened=tuple(plain(str(path), 1024) for path in inspector_answer.get("opened", [])),
        inventory_ways=tuple(ways_of(inspector_answer["hosts"])),
        settings_faults=(
            *_callback_faults(inspector_answer["no_callback"], project),
            *account_faults(os.geteuid()),
        ),
        groups={
            name: tuple(_fit(hosts)) for name, hosts in inspector_answer["groups"].items() if named or hosts
        },
    )


def _vaulted(inspector_answer: dict[str, Any]) -> Vaulted:
    faults = [f"{fault['file']}: {fault['message']}" for fault in inspector_answer["vault_faults"]]
    unknown = inspector_answer.get("unknown") or next(iter(faults), None)
    hosts = [*inspector_answer["hosts"], *inspector_answer.get("hosts_beside", [])]
    return Vaulted(
        values=tuple(VaultedValue(**item) for item in inspector_answer["vaulted"]),
        passwords=tuple(inspector_answer["vault_passwords"]),
        become=become_secrets(hosts),
        logins=login_secrets(hosts),
        unknown=None if unknown is None else plain(str(unknown)),
    )


def _playbook(book: dict[str, Any], redact: Redactor) -> PlaybookSeen:
    plays = [
        {
            **play,
            "name": redact(plain(str(play["name"]))),
            "hosts": _fit(play["hosts"]),
            "absent": [plain(str(part)) for part in play["absent"]],
        }
        for play in book["plays"]
    ]
    fault = None if book["fault"] is None else redact(plain(str(book["fault"]), 600))
    return PlaybookSeen.model_validate(
        {"path": book["path"], "fault": fault, "plays": plays, "lacks": plain(str(book.get("lacks", "")))}
    )


_HOST_NAME: TypeAdapter[str] = TypeAdapter(HostName)


def _fit(hosts: Iterable[str]) -> list[str]:
    """Those that are host names; an unfit one among the targets is a fault already."""
    fit = []
    for host in hosts:
        try:
            fit.append(_HOST_NAME.validate_python(host))
        except ValidationError:
            continue
    return fit


def _vault_faults(
    inspector_answer: Mapping[str, Any], warned: Sequence[str], redact: Redactor
) -> Iterator[FileFault]:
    """A password that cannot be had is one fault, whatever does not decrypt for it."""
    reason = str(inspector_answer.get("no_passwords", ""))
    if reason:
        yield FileFault(
            file="resources.vault_password_file",
            message=redact(plain(f"no password of the vault: {readable(reason)}", _WARNING)),
            next_move=SEE_PROGRAM,
        )
        return
    failed = of_passwords(warned)
    for fault in inspector_answer["vault_faults"]:
        move = move_of(str(fault["message"]))
        message = plain(f"a vaulted value does not decrypt: {fault['message']}")
        if failed:
            message, move = f"{message}; {redact(failed[0])}", SEE_PROGRAM
        yield FileFault(file=fault["file"], line=fault["line"], message=message, next_move=move)


def _callback_faults(name: str | None, project: Path) -> Iterator[FileFault]:
    if name is not None:
        file = project / "ansible.cfg"
        lines = file.read_text(errors="replace").splitlines() if file.is_file() else []
        yield FileFault(
            file=str(file),
            line=next((n for n, line in enumerate(lines, 1) if line.startswith("stdout_callback")), None),
            message=f"the callback `{plain(name)}`, which Ansible cannot load, so that no run could begin",
            next_move="take stdout_callback out, or put the plugin or its collection where Ansible finds it",
        )


def _last_error(errors: str) -> str:
    lines = [line for line in errors.splitlines() if line.strip()]
    error_lines = [line for line in lines if line.startswith(("ERROR", "[ERROR]"))]
    return plain((error_lines or lines or ["it says nothing"])[-1])
