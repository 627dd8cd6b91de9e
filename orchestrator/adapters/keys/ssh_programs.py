"""OpenSSH's own programs make, verify and list signatures and keys (ssh-keygen(1), ssh-add(1)); orch knows their form only."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestrator.adapters.process import Ended, run
from orchestrator.domain.authority.ssh_form import SshPublicKey, armoured, ssh_public_key, unarmoured
from orchestrator.domain.text.model_base import NotInForm
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks, Refused

NAMESPACE = "orch"
"""The purpose in every ssh signature that orch makes: ssh refuses it as a signature of a commit, a file or a login."""
VERIFY_SECONDS = 10.0
SIGN_SECONDS = 120.0
"""A FIDO key waits for a touch, and an agent may ask its owner."""
PASSED: tuple[str, ...] = ("PATH", "HOME", "SSH_AUTH_SOCK", "SSH_SK_PROVIDER", "XDG_RUNTIME_DIR")
"""Variables of the caller that ssh-keygen gets when it signs; to verify it gets PATH alone."""
_KEPT = 4096
_ASKPASS = '#!/bin/sh\nprintf "%s\\n" "$ORCH_PASSPHRASE"\n'


@lru_cache(maxsize=_KEPT)
def ssh_verifies(key: SshPublicKey, namespace: str, signature: str, payload: bytes) -> bool:
    """Whether ssh-keygen finds this signature (base64) of this payload (UTF-8) good, by this key. The answer is kept in memory.

    Raises MachineLacks if ssh-keygen is missing or gives no answer in time; then nothing is known.
    """
    with _folder() as folder:
        signers, file = folder / "allowed_signers", folder / "signature"
        signers.write_text(f'{key.key} namespaces="{namespace}" {key.line}\n')
        file.write_text(armoured(signature))
        command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", key.key, "-n", namespace]
        ended = _run([*command, "-s", str(file)], VERIFY_SECONDS, payload.decode(), ())
    return ended.exit_code == 0


def ssh_signs(key: Path | SshPublicKey, payload: bytes, passphrase: bytes | None = None) -> str:
    """The signature in base64, by a private key file or, for a public key, by the agent.

    Raises Refused with the words of ssh-keygen, MachineLacks.
    """
    with _folder() as folder:
        if isinstance(key, SshPublicKey):
            file, names = folder / "key.pub", PASSED
            file.write_text(f"{key.line}\n")
        else:
            # A private key file is used itself, and not through an agent, which ssh-keygen would ask first.
            file, names = key, tuple(name for name in PASSED if name != "SSH_AUTH_SOCK")
        command = ["ssh-keygen", "-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(file)]
        ended = _run(command, SIGN_SECONDS, payload.decode(), names, _asked(folder, passphrase))
    if ended.exit_code:
        words = plain(" ".join(ended.errors.split()), 300)
        raise Refused(f"Nothing was signed: ssh-keygen says: {words or 'nothing'}")
    try:
        return unarmoured(ended.output)
    except NotInForm as fault:
        raise Refused(f"Nothing was signed: ssh-keygen gave no signature; expected {fault}.") from None


def agent_keys() -> tuple[SshPublicKey, ...]:
    """The keys that the ssh agent of $SSH_AUTH_SOCK holds, in its order, of types that count; none without an agent."""
    if not os.environ.get("SSH_AUTH_SOCK"):
        return ()
    try:
        ended = _run(["ssh-add", "-L"], VERIFY_SECONDS, None, PASSED)
    except MachineLacks:
        return ()
    keys = []
    for line in ended.output.splitlines() if ended.exit_code == 0 else ():
        try:
            keys.append(ssh_public_key(line))
        except NotInForm:
            continue
    return tuple(keys)


def _asked(folder: Path, passphrase: bytes | None) -> dict[str, str]:
    """ssh-keygen asks a program for the passphrase: on its command line everybody on the machine could read it."""
    if passphrase is None:
        return {"SSH_ASKPASS_REQUIRE": "never"}
    program = folder / "askpass"
    program.write_text(_ASKPASS)
    program.chmod(0o700)
    text = passphrase.decode("utf-8", "surrogateescape")
    return {"SSH_ASKPASS": str(program), "SSH_ASKPASS_REQUIRE": "force", "ORCH_PASSPHRASE": text}


def _run(
    command: list[str],
    seconds: float,
    text: str | None,
    names: tuple[str, ...],
    more: Mapping[str, str] | None = None,
) -> Ended:
    passed = {name: os.environ[name] for name in ("PATH", *names) if name in os.environ}
    environment = {**passed, **(more or {}), "LC_ALL": "C"}
    ended = run(command, timeout=seconds, environment=environment, text=text)
    if ended.exit_code is None:
        raise MachineLacks(f"`{command[0]}` gave no answer within {seconds:.0f} s; try again.")
    if ended.exit_code and "usage:" in ended.errors:
        raise MachineLacks(
            f"`{command[0]}` does not know `{command[1]}`; signatures of ssh keys need OpenSSH 8.2 or later."
        )
    return ended


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of this user alone, for the files that ssh-keygen wants; gone afterwards."""
    try:
        folder = TemporaryDirectory(prefix="orch-key-")
    except OSError as error:
        raise MachineLacks(f"There is no place for temporary files: {error.strerror}.") from None
    with folder as name:
        yield Path(name)
