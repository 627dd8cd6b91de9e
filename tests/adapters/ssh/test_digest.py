"""Digests are the same whoever works them out, and much is left to OpenSSL."""

import hashlib

import pytest

from orchestrator.adapters.ssh.on_target.items.digest import LITTLE, Digests


@pytest.mark.parametrize("size", [0, 1, 65, 1 << 16, (1 << 20) + 1])
def test_it_is_sha256(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert Digests().of(content[:size]) == hashlib.sha256(content[:size]).hexdigest()


def test_what_is_much_together_goes_to_openssl() -> None:
    digests = Digests()
    kinds = [type(digests.sha256(LITTLE // 2)).__module__ for _ in range(3)]
    assert kinds[0] == kinds[1] != kinds[2]
    assert kinds[2] == type(hashlib.sha256()).__module__
