"""What a change cost: the same governed rollout by this orch and by another checkout of it, in turns on the same hosts.

`.venv/bin/python -m bench.other_checkout CHECKOUT [HOSTS] [ROUNDS]`; the checkout has a .venv of its own (`make venv`).
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.compare import FIGURES, Cost, measured
from bench.contenders import Contender, Environment
from bench.site import Site
from bench.table import aligned
from orchestrator.lab.fleet import Lab

ROOT = Path(__file__).parents[1]
LAB = "dev-bench-other"
SHOWN = tuple(figure for figure in FIGURES if figure not in ("memory", "written"))


def _contender(name: str, checkout: Path) -> Contender:
    def command(site: Site, home: Path) -> tuple[list[str], Environment]:
        python = str(checkout / ".venv" / "bin" / "python")
        # The meter's own PYTHONPATH is that of this checkout.
        start = ["env", f"PYTHONPATH={checkout}", python, "-m", "orchestrator", "deploy", str(site.plan)]
        return start, {"ORCH_HOME": str(home / "orch")}

    return Contender(name, str(checkout), command)


def main(other: Path, hosts: int, rounds: int) -> None:
    """Print each round, then medians and the medians of each round's ratios."""
    contenders = [_contender("other", other.absolute()), _contender("this", ROOT)]
    costs: dict[str, list[Cost]] = {each.name: [] for each in contenders}
    lab = Lab.up(LAB, hosts, light=True)
    try:
        with tempfile.TemporaryDirectory(prefix="ob-") as folder:
            site = Site.made(lab, Path(folder))
            for number in range(rounds):
                for each in contenders if number % 2 == 0 else contenders[::-1]:
                    costs[each.name].append(measured(site, each))
                print(number + 1, *(_shown(costs[name][-1], name) for name in costs), flush=True)
    finally:
        lab.down()
    print(_table(costs["other"], costs["this"]))


def _shown(cost: Cost, name: str) -> str:
    return f"{name}: wall {cost['wall']:.1f} cpu {cost['cpu']:.2f} fleet {cost['fleet_cpu']:.2f};"


def _table(other: list[Cost], this: list[Cost]) -> str:
    rows = [["", "other", "this", "ratio"]]
    for figure in SHOWN:
        pairs = [(a[figure], b[figure]) for a, b in zip(other, this, strict=True)]  # type: ignore[literal-required]
        ratio = median(b / a for a, b in pairs)
        rows.append(
            [
                figure,
                f"{median(a for a, _ in pairs):.2f}",
                f"{median(b for _, b in pairs):.2f}",
                f"{ratio:.3f}",
            ]
        )
    return aligned(rows)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[2:4]]
    main(Path(sys.argv[1]), *given, *(10, 5)[len(given) :])
