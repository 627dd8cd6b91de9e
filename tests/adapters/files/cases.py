"""The table of plans with one fault, as people review it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

PLANS = Path(__file__).resolve().parents[2] / "cases" / "plans"
GOOD = PLANS / "good.yml"


@dataclass(frozen=True)
class Case:
    """A plan with a fault, and all that a person is then told."""

    what: str
    plan: bytes
    says: list[str]
    unseen: str | None

    def __str__(self) -> str:
        return self.what


def cases() -> list[Case]:
    rows = YAML(typ="safe", pure=True).load((PLANS / "faults.yml").read_text("utf-8"))
    return [_case(row) for row in rows]


def _case(row: dict[str, Any]) -> Case:
    text = GOOD.read_text("utf-8")
    if "was" in row:
        assert text.count(row["was"]) == 1, (
            f"{row['what']}: {row['was']!r} stands {text.count(row['was'])} times in good.yml"
        )
        now = row["now"].replace("DESK", "DESK " * row.get("repeat", 1))
        text = text.replace(row["was"], now)
    text += row.get("end", "")
    says = [row["says"]] if isinstance(row["says"], str) else row["says"]
    return Case(row["what"], text.encode(), says, row.get("unseen"))
