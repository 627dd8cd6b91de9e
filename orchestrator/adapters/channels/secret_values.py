"""Secrets of channels, read when they are needed; no message about a failure holds one."""

from orchestrator.adapters.handed_functions import RunProgram
from orchestrator.adapters.home_paths import expanded
from orchestrator.domain.rules.channels import Secret

LARGEST = 1 << 16
PATIENCE = 10.0
"""Seconds that a command may take."""


def secret_value(secret: Secret, run: RunProgram) -> str:
    """The secret: one line. Raises ValueError in words that hold nothing of it."""
    text = _of_file(secret.file) if secret.file is not None else _of_command(secret.command or (), run)
    lines = text.splitlines()
    if len(lines) != 1 or not lines[0].strip() or not lines[0].strip().isprintable():
        raise ValueError(f"{_place(secret)} does not give one line of text")
    return lines[0].strip()


def _of_file(name: str) -> str:
    try:
        with expanded(name).open("rb") as file:
            return file.read(LARGEST).decode("utf-8")
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name} is no text") from None


def _of_command(command: tuple[str, ...], run: RunProgram) -> str:
    from orchestrator.errors import MachineLacks

    try:
        ended = run(list(command), timeout=PATIENCE)
    except (MachineLacks, OSError):
        raise ValueError(f"`{command[0]}` cannot be run") from None
    if ended.exit_code != 0:
        how = f"within {PATIENCE:g} s" if ended.exit_code is None else f"well (exit code {ended.exit_code})"
        raise ValueError(f"`{command[0]}` did not end {how}")
    return ended.output


def _place(secret: Secret) -> str:
    return secret.file if secret.file is not None else f"`{(secret.command or ('',))[0]}`"
