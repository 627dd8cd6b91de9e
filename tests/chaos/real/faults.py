"""The faults, each with how it is brought about and how it ends; and the phases, each with the moment that it begins."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.real.site import LIMIT, TAMPERED, Site, census, lines_of

Strike = Callable[[Site, str, str, "subprocess.Popen[str]"], None]
Heal = Callable[[Site, str], None]


def _nothing(site: Site, host: str) -> None:
    return None


def _kill_driver(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    driver.send_signal(signal.SIGKILL)


def _claims(site: Site, deployment: str) -> list[dict[str, Any]]:
    paths = (site.home / "attempts").glob(f"{deployment}.*/claim.json")
    open_ones = [path for path in paths if not (path.parent / "end.json").exists()]
    return [json.loads(path.read_text()) for path in open_ones]


def _kill_worker(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    for claim in _claims(site, deployment):
        with suppress(ProcessLookupError, KeyError):
            os.kill(claim["pid"], signal.SIGKILL)


def _kill_fork(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    """One of the processes that ansible-playbook forked for a host; where it forks none, its ssh to one."""
    seen = {int(line.split()[0]): line for line in census(deployment)}
    playbooks = {pid for pid, line in seen.items() if "ansible playbook" in line}
    forks = [pid for pid in playbooks if _parent(pid) in playbooks]
    sessions = [pid for pid, line in seen.items() if " ssh " in line and _parent(pid) in playbooks]
    for pid in (forks or sessions)[:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _kill_agent(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    """What orch's own accelerator runs on a host: the program of the login, and the interpreters that it started."""
    for pid in agents(site.root(host)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def agents(root: Path) -> list[int]:
    """Those processes of the host whose files these are."""
    machine, pids = root / "etc/machine-id", []
    for entry in (each for each in Path("/proc").iterdir() if each.name.isdigit()):
        with suppress(OSError):
            is_agent = b"orch-agent-booted" in (entry / "cmdline").read_bytes()
            if is_agent and (entry / "root/etc/machine-id").samefile(machine):
                pids.append(int(entry.name))
    return pids


def _kill_zygote(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    """The process that the workers of this driver are forked from; not the workers, which have its command line too."""
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        with suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"adapters.ansible.warm.zygote" in command and _parent(pid) == driver.pid:
                os.kill(pid, signal.SIGKILL)


def _abort(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    """From another terminal, while the driver's connections are kept."""
    words = site.start("abort", deployment, "--reason", "chaos", "--no-drive")
    words.communicate(timeout=LIMIT)


def _lose_copy(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    shutil.rmtree(site.home / "frozen" / deployment, ignore_errors=True)


def _change_copy(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    """Both playbooks of the copy sign the act log with a word of their own now, which no attempt after this may read there."""
    for folder in ("playbooks", "rollback"):
        path = site.home / "frozen" / deployment / folder / "app.yml"
        with suppress(FileNotFoundError):
            path.chmod(0o600)
            signed = re.sub(r"(echo .*? )\w+ \$\(date", rf"\1{TAMPERED} $(date", path.read_text())
            path.write_text(signed)
    site.changed_at = time.time()


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def _lab(fault: str) -> Strike:
    return lambda site, host, deployment, driver: site.lab.fault(host, fault)


def _lab_heal(site: Site, host: str) -> None:
    site.lab.fault(host, "heal")


def _boot(site: Site, host: str) -> None:
    """Its power comes back: it boots, and systemd starts its service."""
    with suppress(Exception):
        site.lab.fault(host, "start")


def _reboot(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    site.ssh(host, "sudo systemctl reboot")


def _up_again(site: Site, host: str) -> None:
    """A host that reboots comes back by itself."""
    deadline = time.monotonic() + BOOTS
    while site.ssh(host, "true", seconds=3).returncode != 0 and time.monotonic() < deadline:
        time.sleep(0.3)


def _outrun(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    """The whole older run stands still, as on a suspended machine, and another store's deployment takes its place."""
    site.paused = _stand_still(driver.pid, deployment)
    newer = site.start("deploy", str(site.project / "plan.yml"), elsewhere=True)
    watchdog = threading.Timer(LIMIT / 2, newer.kill)
    watchdog.start()
    for line in lines_of(newer):
        site.newer = line.get("deployment", site.newer)
    newer.wait()
    watchdog.cancel()


def _stand_still(driver: int, deployment: str) -> list[int]:
    """SIGSTOP for the driver and everything that it began, until nothing new is seen."""
    stopped = [driver]
    os.kill(driver, signal.SIGSTOP)
    quiet = 0
    while quiet < 3:
        fresh = [pid for line in census(deployment) if (pid := int(line.split()[0])) not in stopped]
        quiet = 0 if fresh else quiet + 1
        for pid in fresh:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            stopped.append(pid)
    return stopped


def _wake(site: Site, host: str) -> None:
    site.woken_at = time.time()
    for pid in site.paused:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _no_python(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    site.ssh(host, "sudo sh -c 'p=$(readlink -f /usr/bin/python3); mv $p $p.gone; echo $p > /root/python'")


def _python_back(site: Site, host: str) -> None:
    site.ssh(host, "sudo sh -c 'p=$(cat /root/python); mv $p.gone $p'")


def _new_key(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    script = (
        "cd /etc/ssh && cp -a ssh_host_ed25519_key /root/key && cp -a ssh_host_ed25519_key.pub /root/key.pub && "
        'rm ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N "" -f ssh_host_ed25519_key && '
        "kill -HUP $(pgrep -o -x sshd)"
    )
    site.ssh(host, f"sudo sh -c '{script}'")


def _old_key(site: Site, host: str) -> None:
    """From beside the host: nobody would trust it over ssh now."""
    root = site.root(host)
    for kept, name in (("key", "ssh_host_ed25519_key"), ("key.pub", "ssh_host_ed25519_key.pub")):
        source = root / "root" / kept
        if source.exists():
            (root / "etc/ssh" / name).write_bytes(source.read_bytes())
            source.unlink()
    _hang_up_sshd(root)


def _hang_up_sshd(root: Path) -> None:
    """Let the host's sshd read its keys again."""
    for pid in listening_sshd(root):
        os.kill(pid, signal.SIGHUP)


def listening_sshd(root: Path) -> list[int]:
    """The host's own: each host has a file system of its own, in which the same files can have the same numbers."""
    machine, listeners = root / "etc/machine-id", []
    for entry in (each for each in Path("/proc").iterdir() if each.name.isdigit()):
        with suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            listening = b"/usr/sbin/sshd" in command and b"listener" in command
            if listening and (entry / "root/etc/machine-id").samefile(machine):
                listeners.append(int(entry.name))
    return listeners


def _fill_store(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    """It fills up within a moment, as the driver sees it."""
    driver.send_signal(signal.SIGSTOP)
    try:
        _fill(site)
    finally:
        driver.send_signal(signal.SIGCONT)


def _fill(site: Site) -> None:
    with suppress(OSError), (site.home / "full").open("wb") as file:
        while True:
            file.write(bytes(1 << 16))
            file.flush()


def _empty_store(site: Site, host: str) -> None:
    (site.home / "full").unlink(missing_ok=True)


def _nobody(site: Site, host: str, deployment: str, driver: "subprocess.Popen[str]") -> None:
    return None


@dataclass(frozen=True)
class Fault:
    """What goes wrong; `fails_on` and `dies` are faults that are in the plan from the beginning.

    `at_once` strikes when the phase begins, before anything was done in it; `brief` is healed as soon as it has struck.
    `cuts`: the host hears nothing of an end on this side, so that a session of ours may stay open there.
    """

    name: str
    strike: Strike
    heal: Heal = _nothing
    fails_on: str = ""
    dies: bool = False
    at_once: bool = False
    brief: bool = False
    only: tuple[str, ...] = ()
    cuts: bool = False


BOOTS = 60.0
"""Seconds in which a host that reboots is back."""
PHASES = (
    "admission",
    "environment",
    "baseline",
    "first wave",
    "gate",
    "last wave",
    "verification",
    "backout",
)
WORKING = ("first wave", "last wave", "backout")
COPIED = ("environment", "baseline", "first wave", "gate", "last wave", "verification", "backout")
FAULTS = (
    Fault("orchestrator killed", _kill_driver),
    Fault("aborted", _abort),
    Fault("zygote killed", _kill_zygote),
    Fault("zygote killed as it forks", _kill_zygote, at_once=True, only=WORKING),
    Fault("worker killed", _kill_worker, only=WORKING),
    Fault("ansible fork killed", _kill_fork, only=WORKING),
    Fault("agent killed", _kill_agent, only=WORKING),
    Fault("private copy lost", _lose_copy, only=COPIED),
    Fault("private copy changed", _change_copy, only=COPIED),
    Fault("host cut", _lab("cut"), _lab_heal, cuts=True),
    Fault("host hung", _lab("hang"), _lab_heal, cuts=True),
    Fault("host rebooted", _reboot, _up_again, cuts=True),
    Fault("host's power lost", _lab("kill"), _boot, cuts=True),
    Fault("host's disk full", _lab("fill"), _lab_heal),
    Fault("python gone", _no_python, _python_back),
    Fault("host key changed", _new_key, _old_key),
    Fault("store's disk full", _fill_store, _empty_store),
    Fault("service dies", _nobody, dies=True, only=("gate", "verification")),
    Fault("backout fails", _nobody, fails_on="web1", only=("backout",)),
    Fault("older run wakes", _outrun, _wake, at_once=True, brief=True, only=(*WORKING, "gate")),
)


def pairs() -> list[tuple[Fault, str]]:
    """Every fault in each phase where it makes sense."""
    return [(fault, phase) for fault in FAULTS for phase in PHASES if not fault.only or phase in fault.only]


def begins(phase: str, event: dict[str, Any]) -> bool:
    """Whether this event is the one at which a phase begins."""
    kind, wave, purpose = event.get("kind"), event.get("wave"), event.get("purpose")
    match phase:
        case "admission":
            return kind == "submitted"
        case "environment":
            return kind == "components_verified"
        case "baseline":
            return kind == "environment_verified"
        case "first wave" | "last wave":
            number = 0 if phase == "first wave" else 1
            return kind == "attempt_intended" and purpose == "deploy" and wave == number
        case "gate":
            return kind == "gate_reached" and wave == 0
        case "verification":
            return kind == "wave_deployed" and wave == 1
        case _:
            return kind == "attempt_intended" and purpose == "backout"


def victim(phase: str, draw: random.Random) -> str:
    """A host that the phase works on."""
    return "web1" if phase in ("first wave", "gate", "backout") else draw.choice(("web2", "web3"))


def moment(site: Site, phase: str, deployment: str, draw: random.Random) -> None:
    """Wait until the phase is well under way: in a wave, until the act log says so."""
    if phase in WORKING:
        purpose = "backout" if phase == "backout" else "deploy"
        wanted = 1 if phase == "last wave" else 0
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            hosts = {a.host for a in site.acts() if a.attempt.startswith(deployment) and a.purpose == purpose}
            if (hosts - {"web1"}) if wanted else hosts:
                break
            time.sleep(0.05)
    time.sleep(draw.random() * (0.1 if phase == "admission" else 0.6))
