"""Logins as OpenSSH knows them: jump hosts, certificates of hosts and users, encrypted keys in an agent, keys that changed."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.ssh import SshTargets
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.plan.ssh_way import SshHop, SshWay
from orchestrator.domain.plan.target import HOST_KEY_NOT_PINNED, Target
from tests.adapters.ssh.fido_key import make_fido_key
from tests.adapters.ssh.loopback import Loopback, loopback_sshd, make_key


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with loopback_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certification authority's key."""
    key = tmp_path_factory.mktemp("authority") / "ca"
    make_key(key)
    return key


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory, authority: Path) -> Iterator[Loopback]:
    """An sshd with a host certificate for web1, which lets in whoever has a user certificate of the authority."""
    folder = tmp_path_factory.mktemp("certified")
    with loopback_sshd(folder, certified_by=authority) as running:
        yield running


def reached(target: Target) -> CheckResult:
    return SshTargets().verify([target], [], Path())[0]


def sign(authority: Path, key: Path, *words: str) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-s", authority, "-I", "test", *words, key.with_suffix(".pub")], check=True
    )


def known(folder: Path, text: str) -> str:
    file = folder / "known_hosts"
    file.write_text(text + "\n")
    return str(file)


def authority_line(authority: Path, names: str) -> str:
    return f"@cert-authority {names} {authority.with_suffix('.pub').read_text().strip()}"


def test_a_certificate_of_the_host_and_one_of_the_user(
    certified: Loopback, authority: Path, tmp_path: Path
) -> None:
    make_key(tmp_path / "id")
    sign(authority, tmp_path / "id", "-n", "root")
    alias = SshWay(settings=("hostkeyalias web1",))
    target = certified.target().model_copy(
        update={
            "private_key": str(tmp_path / "id"),
            "known_hosts": known(tmp_path, authority_line(authority, "web1")),
            "way": alias,
        }
    )
    assert reached(target).answer == "passed", reached(target).found


def test_a_host_certificate_of_another_name_is_refused(
    certified: Loopback, authority: Path, tmp_path: Path
) -> None:
    line = authority_line(authority, "web2")
    target = certified.target().model_copy(
        update={"known_hosts": known(tmp_path, line), "way": SshWay(settings=("hostkeyalias web2",))}
    )
    assert HOST_KEY_NOT_PINNED in reached(target).found


def test_an_encrypted_key_in_an_agent(
    sshd: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = make_key(tmp_path / "locked", passphrase="four words or more")
    with (sshd.folder / "authorized_keys").open("a") as keys:
        keys.write(public + "\n")
    target = sshd.target().model_copy(update={"private_key": str(tmp_path / "locked")})
    assert "has a passphrase; load it into an ssh agent" in reached(target).found
    socket = tmp_path / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL) as agent:
        try:
            _load(tmp_path / "locked", "four words or more", socket)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
            assert reached(target).answer == "passed", reached(target).found
        finally:
            agent.terminate()


def _load(key: Path, passphrase: str, socket: Path) -> None:
    ask = socket.with_name("ask")
    ask.write_text(f"#!/bin/sh\necho '{passphrase}'\n")
    ask.chmod(0o700)
    environment = {
        **os.environ,
        "SSH_AUTH_SOCK": str(socket),
        "SSH_ASKPASS": str(ask),
        "SSH_ASKPASS_REQUIRE": "force",
    }
    for _ in range(100):
        done = subprocess.run(["ssh-add", key], env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
    pytest.fail(done.stderr)


def through(sshd: Loopback, gate: Loopback, *, pinned: bool = True) -> Target:
    """The first sshd by way of the second, which has keys of its own."""
    settings = [
        "hostname 127.0.0.1",
        f"port {gate.port}",
        f"user {gate.target().user}",
        f"identityfile {gate.folder}/id",
    ]
    if pinned:
        settings.append(f"userknownhostsfile {gate.folder}/known_hosts")
    way = SshWay(settings=("proxyjump gate",), hops=(SshHop(name="gate", settings=tuple(settings)),))
    return sshd.target().model_copy(update={"way": way})


@pytest.mark.parametrize("pinned", [True, False])
def test_a_jump_host_is_gone_by_if_its_own_key_is_pinned(
    sshd: Loopback, tmp_path: Path, *, pinned: bool
) -> None:
    with loopback_sshd(tmp_path) as gate:
        result = reached(through(sshd, gate, pinned=pinned))
    if pinned:
        assert result.answer == "passed", result.found
    else:
        assert result.answer == "failed"
        assert HOST_KEY_NOT_PINNED in result.found
        assert "gate" in result.found


def test_a_jump_host_that_is_not_there(sshd: Loopback, tmp_path: Path) -> None:
    with loopback_sshd(tmp_path) as gate:
        target = through(sshd, gate)
    result = reached(target)
    assert result.answer == "failed"
    assert "no way through gate" in result.found
    assert "Connection refused" in result.found


def test_what_the_host_is_called_comes_from_its_way(sshd: Loopback) -> None:
    aliased = SshWay(settings=("hostname 127.0.0.1", f"port {sshd.port}"))
    target = sshd.target().model_copy(update={"address": "nowhere.invalid", "port": 22, "way": aliased})
    assert reached(target).answer == "passed", reached(target).found
    assert SshTargets().pinned([target])["web1"] == SshTargets().pinned([sshd.target()])["web1"] != []


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """An sshd that only IPv6 leads to."""
    with loopback_sshd(tmp_path_factory.mktemp("six"), address="::1") as running:
        yield running


WRITTEN = ["::1", "0:0:0:0:0:0:0:1", "ip6-localhost"]


@pytest.mark.parametrize("address", WRITTEN)
def test_an_address_of_ipv6_however_it_is_written(six: Loopback, tmp_path: Path, address: str) -> None:
    """OpenSSH looks its key up under the address as it is written shortest, and a name under the name."""
    _, key = (six.folder / "known_hosts").read_text().split(" ", 1)
    pinned = address if address.startswith("ip6") else "::1"
    target = six.target().model_copy(
        update={"address": address, "known_hosts": known(tmp_path, f"[{pinned}]:{six.port} {key}")}
    )
    if address == "ip6-localhost" and "ip6-localhost" not in Path("/etc/hosts").read_text():
        pytest.skip("this machine has no such name")
    assert reached(target).answer == "passed", reached(target).found
    assert SshTargets().pinned([target])["web1"] == SshTargets().pinned([six.target()])["web1"] != []


def test_a_key_that_is_pinned_under_a_longer_form_is_named_as_not_pinned(
    six: Loopback, tmp_path: Path
) -> None:
    """ssh does not look there, so what is said must not name the same key twice."""
    _, key = (six.folder / "known_hosts").read_text().split(" ", 1)
    long = "0:0:0:0:0:0:0:1"
    target = six.target().model_copy(
        update={"address": long, "known_hosts": known(tmp_path, f"[{long}]:{six.port} {key}")}
    )
    assert f"no key is pinned for [::1]:{six.port}" in reached(target).found


def test_an_address_of_ipv6_whose_key_is_not_pinned(six: Loopback, tmp_path: Path) -> None:
    target = six.target().model_copy(update={"known_hosts": known(tmp_path, "[::2]:22 ssh-ed25519 AAAA")})
    assert HOST_KEY_NOT_PINNED in reached(target).found
    assert f"for [::1]:{six.port}" in reached(target).found


def test_a_jump_host_with_an_address_of_ipv6(six: Loopback, sshd: Loopback) -> None:
    """ssh gets its name in brackets, and the block of the configuration has it without."""
    hop = SshHop(
        name="::1",
        settings=(
            f"port {six.port}",
            f"user {six.target().user}",
            f"identityfile {six.folder}/id",
            f"userknownhostsfile {six.folder}/known_hosts",
        ),
    )
    way = SshWay(settings=("proxyjump [::1]",), hops=(hop,))
    target = sshd.target().model_copy(update={"way": way})
    assert reached(target).answer == "passed", reached(target).found


def test_a_host_of_ipv6_behind_a_jump_host(six: Loopback, tmp_path: Path) -> None:
    with loopback_sshd(tmp_path) as gate:
        result = reached(through(six, gate))
    assert result.answer == "passed", result.found


def test_a_key_of_a_fido_device_that_is_not_there(sshd: Loopback, tmp_path: Path) -> None:
    with (sshd.folder / "authorized_keys").open("a") as keys:
        keys.write(make_fido_key(tmp_path / "sk") + "\n")
    target = sshd.target().model_copy(update={"private_key": str(tmp_path / "sk")})
    assert "device not found. Connect its device to this machine" in reached(target).found


def test_a_key_of_a_fido_device_that_the_host_does_not_take(sshd: Loopback, tmp_path: Path) -> None:
    make_fido_key(tmp_path / "sk")
    target = sshd.target().model_copy(update={"private_key": str(tmp_path / "sk")})
    assert f"login as root was refused for the key {tmp_path}/sk" in reached(target).found


def test_a_host_key_of_a_fido_device_is_pinned_as_any_other(tmp_path: Path) -> None:
    key = make_fido_key(tmp_path / "host")
    target = Target(host="web1", address="192.0.2.1", known_hosts=known(tmp_path, f"192.0.2.1 {key}"))
    [pinned] = SshTargets().pinned([target])["web1"]
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", tmp_path / "host.pub"], capture_output=True, text=True, check=True
    )
    assert pinned == shown.stdout.split()[1]
