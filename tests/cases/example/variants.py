"""The example's plans under each deployment strategy, and the project they stand in, for tests and for work by hand.

By hand: `python -m tests.cases.example.variants plans/shop-1.2.0.yml big-bang > plans/bad.yml`.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[3]
PLANS = sorted((ROOT / "plans").glob("shop-*.yml"))
KINDS = ("phased", "pilot", "big-bang")
FORGETFUL = "rollback/shop-forgetful.yml"


def variant(
    plan: Path, kind: str, *, inventory: Path | None = None, backout: str | None = None, **strategy: Any
) -> str:
    """The plan as YAML with another strategy; its own gate stays unless `strategy` brings one."""
    yaml = YAML(typ="rt")
    tree = yaml.load(plan.read_text())
    was = tree["strategy"]
    gate = was.get("gate") or {"soak": "3s", "every": "1s"}
    orders: dict[str, dict[str, Any]] = {
        "phased": {"waves": [1, "rest"]},
        "pilot": {"pilot": {"hosts": ["web1"]}, "waves": ["rest"]},
        "big-bang": {},
    }
    tree["strategy"] = {
        "kind": kind,
        "hosts": was["hosts"],
        "playbook": was["playbook"],
        "gate": gate,
        **orders[kind],
        **strategy,
    }
    if inventory is not None:
        tree["resources"]["inventory"] = str(inventory)
    if backout is not None:
        tree["backout"]["playbook"] = backout
    text = io.StringIO()
    yaml.dump(tree, text)
    return text.getvalue()


def project(folder: Path) -> Path:
    """A copy of what the example's plans name, so that plans beside it leave the repository alone."""
    for name in ("playbooks", "rollback", "dml", "checks", "plans", "inventories"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


if __name__ == "__main__":
    sys.stdout.write(variant(Path(sys.argv[1]), sys.argv[2]))
