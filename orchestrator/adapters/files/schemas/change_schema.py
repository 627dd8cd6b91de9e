"""Rules over several keys of the nouns of the change side: assessment, references, removal and transfer."""

from orchestrator.adapters.files.schemas.schema import Schema
from orchestrator.domain.plan.assessment import Assessment
from orchestrator.domain.plan.reference import EFFECTS
from orchestrator.domain.plan.withdrawal import ALLOWED_OF_DATA, KEYS_OF_DATA, NEEDED_OF_DATA

_NULL: Schema = {"type": "null"}


def _fate(fate: str, needed: tuple[str, ...]) -> Schema:
    without = [key for key in KEYS_OF_DATA if key not in needed and (fate, key) not in ALLOWED_OF_DATA]
    properties = {"fate": {"const": fate}, **dict.fromkeys(without, _NULL)}
    return {"properties": properties, **({"required": list(needed)} if needed else {})}


CHANGE_RULES: dict[str, Schema] = {
    "Assessment": {"anyOf": [{"required": [aspect]} for aspect in Assessment.model_fields]},
    "Reference": {
        "oneOf": [
            {"properties": {"kind": {"const": kind}, "effect": {"enum": [*effects, None]}}}
            for kind, effects in EFFECTS.items()
        ]
    },
    "DataFate": {"oneOf": [_fate(fate, needed) for fate, needed in NEEDED_OF_DATA.items()]},
    "Duty": {
        "oneOf": [
            {"required": ["what", "by", "due"], "properties": {"none": _NULL}},
            {"required": ["none"], "properties": {"what": _NULL, "by": _NULL, "due": _NULL}},
        ]
    },
}
"""Null stands for an absent key, as in the rules of a plan."""
