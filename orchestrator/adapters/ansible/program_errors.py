"""What programs of a tree said when they failed: those of inventories and of vault passwords. Ansible only warns of it."""

import re
from collections.abc import Iterable, Sequence

_OF_PASSWORDS = "Error in vault password"
_OF_INVENTORY = "Failed to parse"
_STANDARD_ERROR = re.compile(r"Standard error from inventory script: (.*)")
_BYTES = re.compile(r"""\bb(['"])(.*?)(?:\\n)?\1$""")
SEE_PROGRAM = (
    "see that the program works where orch is started, and name the variables that it reads in "
    "resources.pass_environment; or name the right vault_password_file"
)

_LACKED = "requires the cryptography library"
_LACKS_CRYPTOGRAPHY = (
    "install the Python package cryptography for the Python of that Ansible (orch doctor names it); "
    "with an execution_environment, take an image that has it"
)
_NAME_THE_RIGHT_ONE = "name the right vault_password_file in the plan, or encrypt the value again"


def move_of(message: str) -> str:
    """What to do where a value does not decrypt, by what Ansible says of it."""
    return _LACKS_CRYPTOGRAPHY if _LACKED in message else _NAME_THE_RIGHT_ONE


def readable(warning: str) -> str:
    """A warning of Ansible as words: without its label, and with what a program said as text."""
    return _BYTES.sub(r"\2", warning.removeprefix("[WARNING]: ").strip()).replace("\\n", " ")


def of_passwords(warnings: Sequence[str]) -> list[str]:
    """Those of programs and files that give no password of a vault."""
    return [readable(line) for line in warnings if _OF_PASSWORDS in line]


def with_reasons(faults: Iterable[str], warnings: Sequence[str]) -> list[str]:
    """The faults of an inventory, the first one with why its source was not understood."""
    reasoned = list(faults)
    standard_errors = [
        match[1].strip() for line in warnings for match in [_STANDARD_ERROR.search(line)] if match
    ]
    parsed = [readable(line) for line in warnings if _OF_INVENTORY in line]
    reason = f"its program said: {standard_errors[0]}" if standard_errors else next(iter(parsed), "")
    if reasoned and reason and reason not in reasoned[0]:
        reasoned[0] = f"{reasoned[0]}: {reason}"
    return reasoned
