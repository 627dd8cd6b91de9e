"""Where a benchmark happens: light lab hosts, and a project with the workload and its plan."""

import hashlib
import json
import shlex
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestrator.lab.fleet import Lab
from orchestrator.lab.kernel import cgroups

WORKLOAD = Path(__file__).parent / "workload"
ARTEFACT = "dml/orders-2.0.bin"
ARTEFACT_BYTES = 5 * 1000 * 1000
AT_ONCE = 16


class BenchFault(Exception):
    """The benchmark itself cannot go on, or a run did not do its work: no figure is made of it."""


def artefact(size: int = ARTEFACT_BYTES) -> bytes:
    """Bytes that no one can compress, the same ones every time."""
    blocks = (hashlib.sha256(n.to_bytes(8, "big")).digest() for n in range(size // 32 + 1))
    return b"".join(blocks)[:size]


def three_waves(hosts: int) -> list[str | int]:
    """A tenth, four tenths, the rest; of one or two hosts, a wave each."""
    first, second = max(1, hosts // 10), max(1, hosts * 4 // 10)
    return [*(first, second)[: max(0, hosts - 1)], "rest"]


@dataclass(frozen=True)
class Site:
    """A lab, and the project folder over it."""

    lab: Lab
    project: Path

    @classmethod
    def made(cls, lab: Lab, folder: Path) -> "Site":
        """The project anew, in the folder."""
        project = folder / "project"
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(WORKLOAD, project)
        content = artefact()
        (project / "dml").mkdir()
        (project / ARTEFACT).write_bytes(content)
        inventory = project / "inventories" / "bench"
        inventory.mkdir(parents=True)
        shutil.copy(lab.inventory, inventory / "hosts.yml")
        site = cls(lab, project)
        site.write_plan("plan.yml", three_waves(len(site.names)))
        return site

    def write_plan(self, name: str, waves: Sequence[str | int], **strategy: str) -> Path:
        """The plan with these waves; `strategy` adds fields to its strategy."""
        text = (WORKLOAD / "plan.yml").read_text()
        text = text.replace("@SHA256@", hashlib.sha256(artefact()).hexdigest())
        text = text.replace("@INVENTORY@", "inventories/bench")
        fields = "".join(f"\n  {field}: {value}" for field, value in strategy.items())
        path = self.project / name
        path.write_text(text.replace("@WAVES@", json.dumps(list(waves)) + fields))
        return path

    @property
    def plan(self) -> Path:
        """The plan in three waves."""
        return self.project / "plan.yml"

    @property
    def inventory(self) -> Path:
        """The inventory that every contender uses."""
        return self.project / "inventories" / "bench" / "hosts.yml"

    @cached_property
    def names(self) -> list[str]:
        """The hosts."""
        return [host.name for host in self.lab.hosts]

    def reset(self) -> None:
        """Every host to where a run begins. Raises BenchFault."""
        self.everywhere((WORKLOAD / "reset.sh").read_text())

    def verify(self) -> None:
        """Every host holds exactly what the playbook leaves; a run that did less work has no figure. Raises BenchFault."""
        wanted = expected()
        for host, answer in self.everywhere((WORKLOAD / "probe.sh").read_text()).items():
            if answer.split("\n") != wanted:
                raise BenchFault(
                    f"{host} does not hold the release:\n{answer}\nexpected:\n" + "\n".join(wanted)
                )

    def everywhere(self, script: str, hosts: Sequence[str] | None = None) -> dict[str, str]:
        """What a shell script says as root on each host. Raises BenchFault where it fails."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            names = list(hosts or self.names)
            return dict(zip(names, pool.map(lambda host: self._on(host, script), names), strict=True))

    def _on(self, host: str, script: str) -> str:
        ended = self.lab.ssh(host, f"sudo sh -c {shlex.quote(script)}")
        if ended.code != 0:
            raise BenchFault(f"{host}: {ended.err.strip() or ended.out.strip()}")
        return ended.out.strip()

    def fleet_cpu(self) -> float:
        """CPU seconds that all hosts have used since they were made."""
        lines = (cgroups.groups(self.lab.name)[0] / "cpu.stat").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("usage_usec")) / 1e6


def expected() -> list[str]:
    """What probe.sh says on a host after the release, line by line."""
    release = "/opt/orders/releases/2.0"
    return [
        f"{hashlib.sha256(artefact()).hexdigest()}  -",
        release,
        release,
        "version=2.0",
        "host=itself",
        "workers=4",
        f"release={release}",
        "nofile=4096",
        "orders",
        "orders",
        f"{release} 755 root root",
        f"{release}/orders.bin 644 root root",
        "/var/lib/orders 750 orders orders",
        "/etc/orders/orders.conf 640 root orders",
        "/usr/local/bin/orders-serve 755 root root",
    ]
