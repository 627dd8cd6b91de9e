"""Hosts that share an identity are one machine, or clones, and the words say which and what to do."""

from __future__ import annotations

import pytest

from orchestrator.domain.plan.machines import kin_of
from orchestrator.domain.plan.target import Identity


def identity(host: str, machine: str, key: str) -> Identity:
    return Identity(host=host, machine_id=machine, host_key_sha256=key, boot_id="b")


# machine-id and host key of two hosts, and words; None: they are two machines
ROWS = [
    (("m1", "k1"), ("m2", "k2"), None),
    (("m1", "k1"), ("m1", "k1"), "a and b are one machine; name it once"),
    (("m1", "k1"), ("m1", "k2"), "a and b have one machine-id (m1) and different host keys: they are clones"),
    (("m1", "k1"), ("m2", "k1"), None),
    (("host-key:k1", "k1"), ("host-key:k1", "k1"), "a and b have no machine-id and one host key"),
]


@pytest.mark.parametrize(("a", "b", "words"), ROWS)
def test_kin(a: tuple[str, str], b: tuple[str, str], words: str | None) -> None:
    kin = kin_of({"a": identity("a", *a), "b": identity("b", *b), "c": identity("c", "m9", "k9")})
    if words is None:
        assert not kin
    else:
        assert str(kin[0]).startswith(words)


def test_a_clone_is_told_what_to_do() -> None:
    [kin] = kin_of({"a": identity("a", "m1", "k1"), "b": identity("b", "m1", "k2")})
    assert "systemd-machine-id-setup" in str(kin)
