"""One way to write a value as bytes, so that a digest or a signature of it means the same everywhere."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel


def canonical(value: Any) -> bytes:
    """JSON in UTF-8 with sorted keys and no spaces; a noun is written as its fields, defaults included.

    Raises ValueError for NaN and infinity, TypeError for what JSON does not know.
    """
    return _JSON.encode(value).encode("utf-8")


def digest_of(value: Any, purpose: str) -> str:
    """SHA-256 of the canonical form; `purpose` stands before it, so that no digest can pass for one of another kind."""
    return hashlib.sha256(f"orch {purpose}\n".encode() + canonical(value)).hexdigest()


def _fields(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value).__name__} has no canonical form")


_JSON = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_fields
)
