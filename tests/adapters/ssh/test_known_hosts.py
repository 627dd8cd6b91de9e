"""Which keys a known_hosts file pins for a host."""

import base64
from pathlib import Path

import paramiko
import pytest

from orchestrator.adapters.ssh.known_hosts import fingerprint_of, pinned_for
from orchestrator.adapters.ssh.targets import SshTargets
from orchestrator.domain.plan.target import Target

KEY, OTHER = b"\0\0\0\x0bssh-ed25519-one", b"\0\0\0\x0bssh-ed25519-two"
K, O = (base64.b64encode(key).decode() for key in (KEY, OTHER))  # noqa: E741
HASHED = paramiko.HostKeys.hash_host("192.0.2.7")
HASHED_PORT = paramiko.HostKeys.hash_host("[192.0.2.7]:2222")

TABLE = [
    ("plain", f"192.0.2.7 ssh-ed25519 {K}", 22, True),
    ("several names", f"web7,192.0.2.7 ssh-ed25519 {K} a comment", 22, True),
    ("hashed", f"{HASHED} ssh-ed25519 {K}", 22, True),
    ("hashed with a port", f"{HASHED_PORT} ssh-ed25519 {K}", 2222, True),
    ("with a port", f"[192.0.2.7]:2222 ssh-ed25519 {K}", 2222, True),
    ("a pattern", f"192.0.2.* ssh-ed25519 {K}", 22, True),
    ("one of two keys", f"192.0.2.7 ssh-ed25519 {O}\n192.0.2.7 ssh-ed25519 {K}", 22, True),
    (
        "after broken lines",
        f"x\n#192.0.2.7 ssh-ed25519 {O}\n192.0.2.7 ssh-ed25519 !!\n192.0.2.7 ssh-ed25519 {K}",
        22,
        True,
    ),
    ("another key", f"192.0.2.7 ssh-ed25519 {O}", 22, False),
    ("another host", f"192.0.2.8 ssh-ed25519 {K}", 22, False),
    ("another port", f"192.0.2.7 ssh-ed25519 {K}", 2222, False),
    ("excluded from a pattern", f"!192.0.2.7,192.0.2.* ssh-ed25519 {K}", 22, False),
    ("revoked", f"192.0.2.7 ssh-ed25519 {K}\n@revoked * ssh-ed25519 {K}", 22, False),
    ("an authority, not a key", f"@cert-authority 192.0.2.7 ssh-ed25519 {K}", 22, False),
    ("empty", "", 22, False),
]


@pytest.mark.parametrize(("text", "port", "good"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_pinned(tmp_path: Path, text: str, port: int, *, good: bool) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(text + "\n")
    target = Target(host="web7", address="192.0.2.7", port=port, known_hosts=str(file))
    lines = pinned_for(target)
    revoked = {line.key for line in lines if line.revoked}
    assert (KEY in {line.key for line in lines} - revoked) is good
    assert file.read_text() == text + "\n"


def test_without_a_file_nothing_is_pinned(tmp_path: Path) -> None:
    target = Target(host="web7", address="192.0.2.7", known_hosts=str(tmp_path / "none"))
    assert pinned_for(target) == []


IDENTIFYING = {
    "plain": (f"192.0.2.7 ssh-ed25519 {K}", True),
    "hashed": (f"{HASHED} ssh-ed25519 {K}", True),
    "a pattern, which stands for any of several hosts": (f"192.0.2.* ssh-ed25519 {K}", False),
    "revoked": (f"@revoked 192.0.2.7 ssh-ed25519 {K}", False),
    "another host": (f"192.0.2.8 ssh-ed25519 {K}", False),
}


@pytest.mark.parametrize("name", IDENTIFYING)
def test_which_pinned_keys_say_what_machine_a_host_is(tmp_path: Path, name: str) -> None:
    text, identifies = IDENTIFYING[name]
    file = tmp_path / "known_hosts"
    file.write_text(text + "\n")
    target = Target(host="web7", address="192.0.2.7", known_hosts=str(file))
    assert SshTargets().pinned([target]) == {"web7": [fingerprint_of(KEY)] if identifies else []}
