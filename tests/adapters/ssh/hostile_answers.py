"""Well-formed answers altered by chance: other types, depth, numbers that are none, cuts, bytes, keys twice and too many."""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 2**31, 2**62, 2**63, 2**64, 10**40, 0.5, -0.0, 1e300, float("nan"), float("inf")),
    *("", "passed", "\x00\x1b[31m", "\u202e", "\udcff", "x" * 5000, "7", [], {}, [[]], [None], {"": None}),
    *([0] * 1000, {str(number): number for number in range(1000)}),
]  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with a key of it."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in ((value, key), *places(value[key]))]


def _other_value(answer: Any, chance: random.Random) -> None:
    holder, key = chance.choice(places(answer))
    holder[key] = deepcopy(chance.choice(STRANGE))


def _missing(answer: Any, chance: random.Random) -> None:
    holder, key = chance.choice(places(answer))
    del holder[key]


def _more(answer: Any, chance: random.Random) -> None:
    holder, _ = chance.choice(places(answer))
    if isinstance(holder, dict):
        holder[chance.choice(["", "fault", "identity", "0", "1", "\udc80"])] = deepcopy(
            chance.choice(STRANGE)
        )
    else:
        holder.append(deepcopy(chance.choice(STRANGE)))


def _deep(answer: Any, chance: random.Random) -> None:
    holder, key = chance.choice(places(answer))
    for _ in range(chance.choice([1, 5, 30, 300])):
        holder[key] = chance.choice([[holder[key]], {"a": holder[key]}])


def _moved(answer: Any, chance: random.Random) -> None:
    (first, here), (other, there) = chance.sample(places(answer), 2)
    first[here] = json.loads(json.dumps(other[there]))


STEPS: list[Callable[[Any, random.Random], None]] = [
    _other_value,
    _other_value,
    _missing,
    _more,
    _deep,
    _moved,
]


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body))]


def _other_bytes(body: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(body))
    return body[:at] + chance.randbytes(chance.randrange(1, 6)) + body[at + chance.randrange(3) :]


def _keys_twice(body: bytes, chance: random.Random) -> bytes:
    value = json.dumps(chance.choice(STRANGE)).encode()
    return body[:-1] + b', "%s": %s}' % (chance.choice([b"identity", b"checks", b"echo"]), value)


def _many_digits(body: bytes, chance: random.Random) -> bytes:
    digits = [at for at, byte in enumerate(body) if byte in b"0123456789"]
    at = chance.choice(digits) if digits else 0
    return body[:at] + b"9" * chance.choice([5, 20, 5000]) + body[at:]


TEXT_STEPS: list[Callable[[bytes, random.Random], bytes]] = [_cut, _other_bytes, _keys_twice, _many_digits]


def mutated(body: bytes, chance: random.Random) -> bytes:
    """The answer with one to three alterations, the same for the same state of chance."""
    answer = json.loads(body)
    for _ in range(chance.randrange(3)):
        if places(answer):
            chance.choice(STEPS)(answer, chance)
    altered = json.dumps(answer).encode()
    return altered if chance.random() < 0.5 else chance.choice(TEXT_STEPS)(altered, chance)
