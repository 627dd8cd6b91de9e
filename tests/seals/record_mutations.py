"""Mutations of a sealed record: what somebody could do to the file, with or without making it look whole again."""

import base64
import json
import random
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def statement_of(envelope: bytes) -> Json:
    """The statement in an envelope."""
    statement: Json = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    return statement


def with_statement(envelope: bytes, statement: Json) -> bytes:
    """The envelope with another statement and the old signature."""
    whole = json.loads(envelope)
    whole["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    return json.dumps(whole).encode()


def _flip_byte(envelope: bytes, chance: random.Random) -> bytes:
    content = bytearray(base64.b64decode(json.loads(envelope)["payload"]))
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    whole = json.loads(envelope)
    whole["payload"] = base64.b64encode(bytes(content)).decode()
    return json.dumps(whole).encode()


def _flip_signature(envelope: bytes, chance: random.Random) -> bytes:
    whole = json.loads(envelope)
    signature = bytearray(base64.b64decode(whole["signatures"][0]["sig"]))
    signature[chance.randrange(len(signature))] ^= 1 << chance.randrange(8)
    whole["signatures"][0]["sig"] = base64.b64encode(bytes(signature)).decode()
    return json.dumps(whole).encode()


def _truncate_file(envelope: bytes, chance: random.Random) -> bytes:
    return envelope[: chance.randrange(len(envelope) - 2)]


def _on_record(change: Callable[[Json, random.Random], None]) -> Callable[[bytes, random.Random], bytes]:
    def mutation(envelope: bytes, chance: random.Random) -> bytes:
        statement = statement_of(envelope)
        change(statement["predicate"], chance)
        return with_statement(envelope, statement)

    return mutation


def _edit(record: Json, chance: random.Random) -> None:
    row = chance.choice(record["events"])
    row["body"] = row["body"][:-1] + ',"more":1}'


def _delete(record: Json, chance: random.Random) -> None:
    record["events"].pop(chance.randrange(len(record["events"])))


def _insert(record: Json, chance: random.Random) -> None:
    place = chance.randrange(len(record["events"]))
    record["events"].insert(place, dict(record["events"][place]))


def _swap(record: Json, chance: random.Random) -> None:
    first, other = chance.sample(range(len(record["events"])), 2)
    rows = record["events"]
    rows[first], rows[other] = rows[other], rows[first]


def _truncate(record: Json, chance: random.Random) -> None:
    del record["events"][chance.randrange(1, len(record["events"])) :]


def _truncate_and_claim(record: Json, chance: random.Random) -> None:
    _truncate(record, chance)
    record["head"]["size"] = len(record["events"])


def _dispose(record: Json, chance: random.Random) -> None:
    """An event is taken out as if it had been disposed of, and its leaf is a guess."""
    row = chance.choice(record["events"])
    for name in ("salt", "at", "version", "kind", "body"):
        row.pop(name)
    row["leaf"] = "ab" * 32


def _no_late(record: Json, chance: random.Random) -> None:
    record["head"]["breaks"] = record["head"].get("breaks", 0) + 1


def _other_deployment(record: Json, chance: random.Random) -> None:
    record["deployment"] += "x"


def _other_number(record: Json, chance: random.Random) -> None:
    record["log"]["number"] += 1


def _other_origin(record: Json, chance: random.Random) -> None:
    record["origin"] += "0"


MUTATIONS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flip a bit": _flip_byte,
    "flip a bit of the signature": _flip_signature,
    "cut the file": _truncate_file,
    "edit an event": _on_record(_edit),
    "delete an event": _on_record(_delete),
    "insert an event": _on_record(_insert),
    "swap two events": _on_record(_swap),
    "cut the tail": _on_record(_truncate),
    "cut the tail and claim it": _on_record(_truncate_and_claim),
    "dispose of an event": _on_record(_dispose),
    "claim another break": _on_record(_no_late),
    "rename the deployment": _on_record(_other_deployment),
    "move it in the log": _on_record(_other_number),
    "claim another store": _on_record(_other_origin),
}


def mutated(envelope: bytes, seed: int) -> tuple[str, bytes]:
    """The mutation of this number: its name, and the file."""
    chance = random.Random(seed)
    name = chance.choice(sorted(MUTATIONS))
    return name, MUTATIONS[name](envelope, chance)
