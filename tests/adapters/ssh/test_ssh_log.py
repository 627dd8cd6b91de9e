"""How far OpenSSH's log says that a login is, and why there is none; whatever a host prints into it."""

import pytest

from orchestrator.adapters.ssh.ssh_log import SshLog

KEY = "debug1: Server host key: ssh-ed25519 SHA256:" + "a" * 43 + "\n"
IN = 'Authenticated to 192.0.2.7 ([192.0.2.7]:22) using "publickey".\n'

STAGES = [
    ("", "begun"),
    ("debug1: Connecting to 192.0.2.7 [192.0.2.7] port 22.\n", "begun"),
    ("debug1: Connection established.\n", "connected"),
    ("debug1: Connection established.\n" + KEY, "key_shown"),
    ("debug1: Connection established.\n" + KEY + IN, "logged_in"),
    ('Authenticated to web1 (via proxy) using "publickey".\n', "logged_in"),
    (f"debug1: Remote protocol version 2.0, remote software version {IN}", "begun"),
    (f"debug1: Remote protocol version 2.0, remote software version {KEY}", "begun"),
]


@pytest.mark.parametrize(("text", "stage"), STAGES)
@pytest.mark.parametrize("size", [7, 4096])
def test_stages(text: str, stage: str, size: int) -> None:
    log = SshLog()
    for start in range(0, len(text), size):
        log.add(text[start : start + size].encode())
    assert log.stage == stage


CAUSES = [
    ("Host key verification failed.\n", "host_key"),
    ("li@web1: Permission denied (publickey,password).\n", "login"),
    ("Received disconnect from 192.0.2.7 port 22:2: Too many authentication failures\n", "login"),
    ("ssh: Could not resolve hostname web1: Name or service not known\n", "no_name"),
    ("ssh: connect to host 192.0.2.7 port 22: No route to host\n", "no_connection"),
    ("/tmp/config: line 2: Bad configuration option: nonsense\n", "configuration"),
    ("kex_exchange_identification: Connection closed by remote host\n", "no_ssh"),
    ("Connection timed out during banner exchange\n", "no_ssh"),
    ("", "no_ssh"),
    ("\xff\x00 something new\n", "no_ssh"),
]


@pytest.mark.parametrize(("text", "cause"), CAUSES)
def test_causes(text: str, cause: str) -> None:
    log = SshLog()
    log.add(text.encode())
    assert log.why_not().cause == cause
    assert log.why_not().words


def test_a_log_without_end_is_cut() -> None:
    log = SshLog()
    for _ in range(100):
        log.add(b"x" * 65536)
    assert log.why_not().cause == "no_ssh"
    assert len(log._text) <= 1 << 16
