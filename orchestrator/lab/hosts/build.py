"""Make or complete a lab: record the intent first, then make the networks, roots and hosts that are missing."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from pathlib import Path

from orchestrator.lab import texts
from orchestrator.lab.addresses import chosen_networks
from orchestrator.lab.errors import LabError
from orchestrator.lab.hosts import host
from orchestrator.lab.hosts.accounts import check_user
from orchestrator.lab.hosts.sighting import conditions, reachable
from orchestrator.lab.kernel import cgroups, mounts, network
from orchestrator.lab.kernel.limits import allow_many_hosts
from orchestrator.lab.kernel.locks import held
from orchestrator.lab.options import Asked, settled
from orchestrator.lab.packages import start as packages
from orchestrator.lab.paths import HOME, LabPaths, lab_paths
from orchestrator.lab.patience import within
from orchestrator.lab.pythons import pythons_of_machine
from orchestrator.lab.roots.base import ready_base
from orchestrator.lab.secret import make_secrets
from orchestrator.lab.shell import attempt, run
from orchestrator.lab.state import (
    HostKind,
    LabHost,
    LabState,
    grown,
    networks_in,
    read_state,
    with_jumps,
    write_state,
)

Say = Callable[[str], None]

_AT_ONCE = 8
_ANSWERS_WITHIN = 30.0
_LOOK_SECONDS = 2.0


def build(
    name: str, hosts: list[str], kind: HostKind, asked: Asked, inventory_dir: Path | None, say: Say
) -> LabState:
    """Make what is missing of the lab; running hosts are left alone. Raises LabError."""
    base = ready_base(say)
    state = _recorded_intent(name, hosts, kind, asked, base, inventory_dir, say)
    paths = lab_paths(name)
    _make_keys(state, paths)
    make_secrets(state, paths)
    _write_texts(state, paths)
    network.make_bridges(state)
    packages.ensure(state, paths)
    boot(state, _missing(state, paths, say), paths, say)
    sound = _sound(state, paths, say)
    wait_for_ssh(state, sound, paths)
    _try_pythons(state, sound, paths)
    return state


def _try_pythons(state: LabState, hosts: Sequence[LabHost], paths: LabPaths) -> None:
    """Run each Python on one host, with modules that need libraries of the host. Raises LabError with its words."""
    first = {python: lab_host for lab_host in reversed(hosts) if (python := state.python_of(lab_host))}
    for python, lab_host in first.items():
        command = f"{python.interpreter} -c 'import hashlib, json, ssl, zlib'"
        ended = attempt(["ssh", "-F", str(paths.ssh_config), lab_host.name, command])
        if ended.code != 0:
            raise LabError(f"{python.executable} does not run on {lab_host.name}: {ended.err.strip()[-500:]}")


def boot(state: LabState, hosts: Sequence[LabHost], paths: LabPaths, say: Say = lambda _: None) -> None:
    """Wire, mount and start those hosts; returns before sshd answers."""
    if not hosts:
        return
    unwired = [lab_host for lab_host in hosts if not network.is_wired(state, lab_host)]
    for lab_host in unwired:
        cgroups.remove(state.name, lab_host.name)
        network.unwire(state.name, lab_host.name)
    network.wire(state, unwired)
    if any(lab_host.kind == "full" for lab_host in hosts):
        allow_many_hosts(say)
    say(f"starting {len(hosts)} {_kinds(hosts)} host{'s' if len(hosts) > 1 else ''}: {_span(hosts)}")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda lab_host: _start(state, lab_host, paths), hosts))


def _recorded_intent(
    name: str,
    hosts: list[str],
    kind: HostKind,
    asked: Asked,
    base: Path,
    inventory_dir: Path | None,
    say: Say,
) -> LabState:
    paths = lab_paths(name)
    with held("networks"):
        kept_state = read_state(paths.state)
        state = kept_state or _new(name, asked, base)
        settled(name, state.options, asked)
        if kept_state:
            say(f"lab {name} is there with {len(kept_state.hosts)} hosts; completing it")
            if len(kept_state.hosts) > len(hosts):
                say(f"it keeps its {len(kept_state.hosts)} hosts; only `orch lab down` takes hosts away")
        if inventory_dir:
            state = state.model_copy(update={"inventory": (inventory_dir / name / "hosts.yml").absolute()})
        state = with_jumps(grown(state.model_copy(update={"base": str(base)}), hosts, kind), kind)
        paths.root.mkdir(parents=True, exist_ok=True)
        paths.root.chmod(0o700)
        write_state(paths.state, state)
    return state


def _new(name: str, asked: Asked, base: Path) -> LabState:
    options = settled(name, None, asked)
    check_user(options.user, base)
    taken = [*network.taken_networks(), *_networks_of_other_labs(name)]
    *before, own = chosen_networks(name, taken, options.jumps + 1)
    return LabState(
        name=name,
        network=own,
        before=tuple(before),
        hosts=(),
        base=str(base),
        options=options,
        pythons=pythons_of_machine(options.pythons),
    )


def _networks_of_other_labs(name: str) -> list[IPv4Network]:
    records = [path for path in (HOME / "labs").glob("*/lab.json") if path.parent.name != name]
    return [network for path in records for network in networks_in(path)]


def _make_keys(state: LabState, paths: LabPaths) -> None:
    if not paths.key.with_suffix(".pub").exists():
        paths.key.unlink(missing_ok=True)
        run(
            [
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                f"orch lab {state.name}",
                "-f",
                str(paths.key),
            ]
        )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda lab_host: host.make_identity(paths.host(lab_host.name)), state.everyone))


def _write_texts(state: LabState, paths: LabPaths) -> None:
    pins = {lab_host.name: host.public_key(paths.host(lab_host.name)) for lab_host in state.everyone}
    _write(paths.known_hosts, texts.known_hosts(state, pins))
    _write(paths.ssh_config, texts.ssh_config(state, paths))
    vaulted = paths.vaulted_password.read_text() if state.options.sudo == "vault" else ""
    inventory = texts.inventory(state, paths, vaulted)
    _write(paths.inventory, inventory)
    if state.inventory:
        state.inventory.parent.mkdir(parents=True, exist_ok=True)
        _write(state.inventory, inventory)


def _write(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_text(text)
    beside.replace(path)


def _missing(state: LabState, paths: LabPaths, say: Say) -> list[LabHost]:
    """Hosts that do not run, or run without their cable or disk."""
    whole: list[LabHost] = []
    missing: list[LabHost] = []
    for lab_host in state.everyone:
        (whole if _is_whole(state, lab_host, paths) else missing).append(lab_host)
    if whole:
        say(f"already running: {_span(whole)}")
    return missing


def _is_whole(state: LabState, lab_host: LabHost, paths: LabPaths) -> bool:
    mounted = paths.host(lab_host.name).root in mounts.mounted_under(paths.host(lab_host.name).folder)
    return mounted and host.is_running(state.name, lab_host.name) and network.is_wired(state, lab_host)


def _sound(state: LabState, paths: LabPaths, say: Say) -> list[LabHost]:
    """Hosts that are not cut off, hung or frozen; reports the faults of the others."""
    sound: list[LabHost] = []
    for lab_host in state.everyone:
        suffered = conditions(state, lab_host, paths.host(lab_host.name))
        if suffered != ("up",):
            say(
                f"{lab_host.name} is {' and '.join(suffered)}: `orch lab fault {lab_host.name} heal --name {state.name}`"
            )
        if not {"cut", "hung", "frozen"}.intersection(suffered):
            sound.append(lab_host)
    return [lab_host for lab_host in sound if set(state.way_to(lab_host)) <= set(sound)]


def _start(state: LabState, lab_host: LabHost, paths: LabPaths) -> None:
    cgroups.remove(state.name, lab_host.name)
    host.make_root(state, lab_host, paths)
    network.plug(state, lab_host)
    packages.bring_lists(state, lab_host, paths)
    host.start(state, lab_host, paths.host(lab_host.name))


def wait_for_ssh(state: LabState, hosts: Sequence[LabHost], paths: LabPaths) -> None:
    """Wait until sshd answers on each host. Raises LabError with the hosts that stay silent."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answered = list(pool.map(lambda lab_host: _answers(state, lab_host), hosts))
    silent = [lab_host for lab_host, answers in zip(hosts, answered, strict=True) if not answers]
    if silent:
        words = "; ".join(
            f"{lab_host.name}: {host.last_words(paths.host(lab_host.name))}" for lab_host in silent
        )
        raise LabError(
            f"No sshd answers within {_ANSWERS_WITHIN:g} s, or the host ended; last words: {words}"
        )


def _answers(state: LabState, lab_host: LabHost) -> bool:
    def answers() -> bool:
        return reachable(state, lab_host, seconds=_LOOK_SECONDS)

    within(_ANSWERS_WITHIN, lambda: answers() or not host.is_running(state.name, lab_host.name))
    return answers()


def _kinds(hosts: Sequence[LabHost]) -> str:
    return " and ".join(sorted({lab_host.kind for lab_host in hosts}))


def _span(hosts: Sequence[LabHost]) -> str:
    return (
        ", ".join(lab_host.name for lab_host in hosts)
        if len(hosts) <= 6
        else f"{hosts[0].name} to {hosts[-1].name}"
    )
