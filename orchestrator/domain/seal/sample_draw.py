"""The sample that an auditor draws: fixed by a text that the auditor says, so that anybody can draw it again."""

import hashlib
from collections.abc import Iterable


def drawn(population: Iterable[str], size: int, seed: str) -> tuple[str, ...]:
    """The ids with the `size` smallest SHA-256 digests of seed, line break and id, smallest first.

    It depends on the set of ids alone, and not on their order. One more or one less in the population changes a sample only
    where that one itself comes in or goes out.
    """
    return tuple(sorted(set(population), key=lambda name: (rank(name, seed), name))[:size])


def rank(name: str, seed: str) -> str:
    """The digest by which ids are drawn, as hexadecimal digits."""
    return hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()
