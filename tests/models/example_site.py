"""An example project as a newcomer has it, over labs that play test, staging and live."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import ExitCode
from orchestrator.lab.fleet import Lab

EXAMPLES = Path(__file__).parents[2] / "examples"
ENVIRONMENTS = ("development", "test", "staging", "live")
ORCH = [sys.executable, "-m", "orchestrator"]
PEOPLE = {
    "Ada Berg": ("deployment manager", "rehearsal issuer"),
    "Nadia Costa": ("service owner",),
    "Dora Blum": ("database administrator",),
    "Pia Wolf": ("deployment practitioner",),
}

_ROW = re.compile(r"^(\w[\w ]*?) {2,}(.*)$", re.MULTILINE)
_DURATION = re.compile(r"\b(soak|duration|early_life|every): ?\d+[smhd]")


class ExampleSite:
    """A copy of examples/NAME with an inventory for each environment, a home and keys of its own.

    `confirmed_by`: who confirms gates and work by hand. `work_by_hand`, `undo_by_hand`: what a supplier does on a host.
    Soaks and early life support last seconds, in the plans as in the model; everything else is as it is in the example.
    """

    def __init__(self, name: str, folder: Path, labs: Mapping[str, Lab]) -> None:
        self.name, self.labs = name, labs
        self.confirmed_by = "Nadia Costa"
        self.work_by_hand, self.undo_by_hand = "true", "true"
        self.project, self.home, self.keys = folder / name, folder / "home", folder / "keys"
        shutil.copytree(EXAMPLES / name, self.project)
        for environment, lab in labs.items():
            target = self.project / f"inventories/{environment}/hosts.yml"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(lab.inventory, target)
        self._make_keys()

    def hurry(self) -> None:
        """Write the plans for the environments before live as the page of the examples says, and shorten every wait."""
        text = (self.project / "plan.yml").read_text()
        for environment in ENVIRONMENTS[:-1]:
            resources = re.search(r"^resources:.*$", text, re.MULTILINE)
            assert resources is not None
            line = resources[0].replace("live", environment)
            (self.project / f"{environment}.yml").write_text(text.replace(resources[0], line))
        for file in (*self.project.glob("*.yml"), *self.project.glob("models/*.yml")):
            file.write_text(_DURATION.sub(r"\1: 1s", file.read_text()))

    def orch(self, *words: str, expect: int = 0, by: str = "Ada Berg") -> str:
        """`orch ...` to its end, with the key of a person; what it said."""
        ended = self._run(*words, by=by)
        output = ended.stdout + ended.stderr
        report = f"orch {shlex.join(words)}: exit {ended.returncode}\n{output[-9000:]}"
        assert ended.returncode == expect, report
        return output

    def prepared(self) -> None:
        """The hosts have what the release expects before it."""
        for environment in self.labs:
            done = self._ansible("prepare.yml", environment)
            assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]

    def also(self, playbook: str, tasks: str) -> None:
        """Add tasks to the end of a playbook."""
        with (self.project / playbook).open("a") as stream:
            stream.write(tasks)

    def refused(self) -> str:
        """Live refuses the release, and no host was touched."""
        return self.orch("deploy", "plan.yml", expect=ExitCode.REFUSED)

    def rehearsed(self) -> dict[str, Any]:
        """The plan for live, rehearsed in staging; the certificate."""
        self._through("rehearse", "plan.yml", "--in", "staging", expect=0)
        [file] = (self.home / "certificates").glob("*.json")
        certificate: dict[str, Any] = json.loads(file.read_text())["certificate"]
        return certificate

    def deployed(self, plan: str) -> dict[str, Any]:
        """A deployment that ends well; its result."""
        return self._through("deploy", plan, expect=0)

    def rejected(self, plan: str = "bad.yml") -> dict[str, Any]:
        """A deployment that fails; it was backed out, and every host is proved to be as it was."""
        result = self._through("deploy", plan, expect=ExitCode.BACKED_OUT)
        touched = {row["standing"] for row in result["hosts"].values()} - {"untouched", "due"}
        assert touched == {"restored"}, result
        return result

    def record(self, result: Mapping[str, Any]) -> str:
        """The text record of a deployment, in one line."""
        return " ".join(self.orch("record", "show", str(result["deployment"])).split())

    def events(self, result: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The events of a deployment."""
        lines = self.orch("record", "show", str(result["deployment"]), "--json").splitlines()
        return [line["event"] for line in map(json.loads, lines) if "event" in line]

    def on(self, environment: str, command: str, host: str = "web1") -> str:
        """What a command prints on a host."""
        return self.labs[environment].ssh(host, command).out.strip()

    def everywhere(self, environment: str, command: str) -> set[str]:
        """What a command prints on the hosts of an environment."""
        return {self.on(environment, command, host) for host in ("web1", "web2")}

    def _through(self, *words: str, expect: int) -> dict[str, Any]:
        """Drive a command to its end, and let the named people confirm what is asked of them."""
        ended = self._run(*words, "--json")
        for _ in range(12):
            lines = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
            if ended.returncode != ExitCode.HELD:
                break
            ended = self._answered(words)
        report = f"orch {shlex.join(words)}: exit {ended.returncode}\n{self._told(ended)}"
        assert ended.returncode == expect, report
        result: dict[str, Any] = lines[-1] if lines else {}
        return result

    def _answered(self, words: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """The answer of the person whom the newest deployment waits for."""
        row = json.loads(self._run("list", "--json").stdout.splitlines()[0])
        shown = self._run("step", "show", row["id"])
        if shown.returncode == 0:
            answered = self._stepped(row, dict(_ROW.findall(shown.stdout)))
        else:
            noted = ("confirm", row["id"], "--note", "looked at it", "--json")
            answered = self._run(*noted, by=self.confirmed_by)
        if answered.returncode == ExitCode.HELD or words[0] != "rehearse":
            return answered
        return self._run(*words, "--json")

    def _stepped(self, row: dict[str, Any], step: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """The work by hand on the hosts that are named, and the word that it is done, with a protocol."""
        command = self.undo_by_hand if "taken back" in step["step"] else self.work_by_hand
        for host in step["hosts"].split(", "):
            self.on(row["environment"], command, host)
        protocol = self.keys / "protocol.txt"
        protocol.write_text(f"{command} on {step['hosts']}\n")
        noted = ("--note", "the supplier has written", "--attach", str(protocol), "--json")
        return self._run("step", "done", row["id"], *noted, by=self.confirmed_by)

    def _told(self, ended: subprocess.CompletedProcess[str]) -> str:
        shown = self._run("list").stdout
        listed = self._run("list", "--json").stdout.splitlines()
        record = self._run("record", "show", json.loads(listed[0])["id"]).stdout if listed else ""
        return f"{ended.stdout[-1500:]}\n{ended.stderr[-3000:]}\n{shown}\n{record[:9000]}"

    def _run(self, *words: str, by: str = "Ada Berg") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ORCH, *words],
            cwd=self.project,
            env={**self._environment, "ORCH_KEY": str(self._key(by))},
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )

    def _ansible(self, playbook: str, environment: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).parent / "ansible-playbook"
        return subprocess.run(
            [str(program), "-i", f"inventories/{environment}", playbook],
            cwd=self.project,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "ORCH_HOME": str(self.home), "LANG": "C.UTF-8"}

    def _key(self, person: str) -> Path:
        return self.keys / f"{person.partition(' ')[0]}.pem"

    def _make_keys(self) -> None:
        self.keys.mkdir()
        for person, roles in PEOPLE.items():
            file = self._key(person)
            asked = [word for role in roles for word in ("--role", role)]
            self.orch("keys", "new", "--file", str(file), "--no-passphrase", "--person", person, *asked)
        for person in PEOPLE:
            self.orch("keys", "trust", str(self._key(person).with_suffix(".pub.json")))


MakeSite = Callable[[str], ExampleSite]
