"""ansible-core's own integration targets, stock and accelerated: `python -m tests.fidelity.targets`.

They come with ansible-core's source from the package registry as this runs, and are kept nowhere. Each target that is a role
runs over ssh against two fresh hosts of a lab, one for each way, as a user who becomes root. Exit code 1 when a target ends
otherwise than stock; what already fails stock is listed and not counted. Task by task the outcome must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from orchestrator.lab.fleet import Lab, take_down
from tests.fidelity.__main__ import LACKS, python_of
from tests.fidelity.recording import read_events
from tests.fidelity.run_entry import NOT_ACCELERATED
from tests.fidelity.runs import CALLBACKS, ENTRY, GUEST, NotAccelerated

# Roles that need no network, no containers and nothing that lab hosts lack.
TARGETS = (
    "add_host",
    "assemble",
    "async",
    "async_fail",
    "blockinfile",
    "changed_when",
    "command_shell",
    "copy",
    "embedded_module",
    "facts_d",
    "failed_when",
    "file",
    "find",
    "getent",
    "group",
    "ignore_errors",
    "include_vars",
    "jinja_plugins",
    "known_hosts",
    "lineinfile",
    "lookup_dict",
    "lookup_file",
    "lookup_first_found",
    "lookup_indexed_items",
    "lookup_items",
    "lookup_lines",
    "lookup_list",
    "lookup_nested",
    "lookup_random_choice",
    "lookup_sequence",
    "lookup_subelements",
    "lookup_template",
    "lookup_together",
    "lookup_varnames",
    "lookup_vars",
    "loops",
    "old_style_modules_posix",
    "ping",
    "python_module_rlimit_nofile",
    "raw",
    "replace",
    "script",
    "service_facts",
    "slurp",
    "special_vars",
    "stat",
    "systemd",
    "tempfile",
    "template",
    "test_core",
    "until",
    "user",
    "wait_for",
    "want_json_modules_posix",
)
SECONDS = 1800.0


class Ended(NamedTuple):
    """How a target ended: its exit code, and the outcome of each task in its order."""

    code: int
    tasks: tuple[str, ...]
    words: str


def main(words: list[str]) -> int:
    """Run the targets both ways; print a line for each, and what differs."""
    asked = _arguments().parse_args(words)
    python = python_of(asked.core)
    if python is None:
        return LACKS
    name = asked.lab or f"targets-{os.getpid()}"
    equal: list[str] = []
    other: list[str] = []
    unfit: list[str] = []
    with tempfile.TemporaryDirectory(prefix="targets-") as folder:
        there = fetched(python, Path(folder), asked.source)
        try:
            lab = Lab.up(name, 2)
            for target in asked.only or TARGETS:
                if not any((there / target / "tasks").glob("main.y*ml")):
                    print(f"{target:32} is no role here", flush=True)
                    continue
                stock = run(lab, 0, "stock", python, there, target, Path(folder))
                orch = run(lab, 1, "orch", python, there, target, Path(folder))
                (unfit if stock.code else equal if _same(stock, orch) else other).append(target)
                print(f"{target:32} {_verdict(stock, orch)}", flush=True)
        finally:
            if not asked.lab:
                take_down(name)
    print(
        f"{len(equal)} targets equal, {len(other)} differ ({', '.join(other)}); fail stock, too: {', '.join(unfit)}"
    )
    return 1 if other or not equal else 0


def fetched(python: Path, folder: Path, source: str) -> Path:
    """The folder of the targets of exactly this ansible-core; from a source archive where one is named."""
    if not source:
        release = subprocess.run(
            [str(python), "-c", "import ansible.release as r; print(r.__version__)"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
            "-d",
            str(folder),
        ]
        subprocess.run([*pip, f"ansible-core=={release}"], check=True)
        source = str(next(folder.glob("ansible_core-*.tar.gz")))
    subprocess.run(["tar", "-xf", source, "-C", str(folder)], check=True)
    return next(folder.glob("ansible_core-*/test/integration/targets"))


def run(lab: Lab, number: int, way: str, python: Path, there: Path, target: str, folder: Path) -> Ended:
    """One target against one host. Raises NotAccelerated; subprocess.TimeoutExpired after SECONDS."""
    here = folder / way
    (here / "output").mkdir(parents=True, exist_ok=True)
    (here / "home").mkdir(exist_ok=True)
    (here / "ansible.cfg").write_text("")
    events = here / f"{target}.events"
    events.unlink(missing_ok=True)
    (here / "hosts.json").write_text(json.dumps(_inventory(lab, number)))
    play = [{"hosts": "testhost", "gather_facts": True, "become": True, "roles": [target]}]
    (there / "fidelity.yml").write_text(json.dumps(play))
    variables = {"output_dir": str(here / "output"), "resource_prefix": "fidelity"}
    command = [str(python), "-B", str(ENTRY), str(GUEST), "fidelity.yml", "-i", str(here / "hosts.json")]
    ended = subprocess.run(
        [*command, "-e", json.dumps(variables)],
        cwd=there,
        env={
            "PATH": f"{python.parent}:{os.environ['PATH']}",
            "HOME": str(here / "home"),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(here / "ansible.cfg"),
            "ANSIBLE_ROLES_PATH": str(there),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "whole_events",
            "FIDELITY_EVENTS": str(events),
            **({"ORCH_ACCELERATE": "orch"} if way == "orch" else {}),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=SECONDS,
        check=False,
    )
    if ended.returncode == NOT_ACCELERATED:
        raise NotAccelerated(ended.stderr.strip())
    outcomes = tuple(outcome for event in read_events(events) for outcome in _outcome(event))
    return Ended(ended.returncode, outcomes, (ended.stdout + ended.stderr)[-4000:])


def _inventory(lab: Lab, number: int) -> dict[str, Any]:
    host = lab.hosts[number]
    common = f"-o UserKnownHostsFile={lab.known_hosts} -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes"
    access = {
        "ansible_host": str(host.address),
        "ansible_user": "deploy",
        "ansible_ssh_private_key_file": str(lab.key),
    }
    more = {"ansible_ssh_common_args": common, "ansible_python_interpreter": "/usr/bin/python3"}
    return {"testgroup": {"hosts": {"testhost": {**access, **more}}}}


def _outcome(event: dict[str, Any]) -> list[str]:
    """A task's outcome in words that name no values: those hold names by chance."""
    if not str(event["event"]).startswith(("v2_runner_on_", "v2_runner_item_on_")) or "result" not in event:
        return []
    if event["event"] == "v2_runner_on_async_poll":
        return []
    result = event["result"]
    marks = [mark for mark in ("changed", "failed", "skipped", "unreachable") if result.get(mark) is True]
    keys = ",".join(sorted(key for key in result if not key.startswith("_")))
    return [f"{event['task']}: {event['event'][3:]} {' '.join(marks)} rc={result.get('rc')} [{keys}]"]


def _same(stock: Ended, orch: Ended) -> bool:
    return (stock.code, stock.tasks) == (orch.code, orch.tasks)


def _verdict(stock: Ended, orch: Ended) -> str:
    if stock.code:
        return f"fails stock with {stock.code} after {len(stock.tasks)} results: {stock.words[-300:]!r}"
    if _same(stock, orch):
        return f"equal: {len(stock.tasks)} results"
    lines = [f"    {a} -> {b}" for a, b in zip(stock.tasks, orch.tasks, strict=False) if a != b][:10]
    ends = f"exit codes {stock.code} -> {orch.code}, {len(stock.tasks)} -> {len(orch.tasks)} results"
    return "\n".join([ends, *lines, *([orch.words] if orch.code else [])])


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity.targets", description=__doc__)
    parser.add_argument("--core", default="2.19", help="series of ansible-core, such as 2.21")
    parser.add_argument("--only", action="append", help="only this target; may be given again")
    parser.add_argument("--lab", default="", help="a lab that is left standing [one of its own]")
    parser.add_argument(
        "--source", default="", help="an archive of ansible-core's source [from the registry]"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
