"""What is asked of a host, beside plain command lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

PROMPT, SUCCESS, INCORRECT, MISSING = "prompt", "success", "incorrect", "missing"


class Dialogue(NamedTuple):
    """How a command line becomes another user.

    `kind_of` says of a line of output what it is: `prompt`, `success`, `incorrect`, `missing`, or nothing of these (empty).
    `seconds` without a word before the success is too long.
    """

    kind_of: Callable[[bytes], str]
    password: bytes | None = None
    seconds: float = 12.0


class Start(NamedTuple):
    """How an interpreter is started: the same key is the same interpreter. `line` ends with `-c` and the quoted BOOT.

    `once`: it serves one module, since what it may do could change between two (an unprivileged user's groups).
    """

    key: str
    line: str
    once: bool = False
    dialogue: Dialogue | None = None


class Module(NamedTuple):
    """A module, as Ansible's wrapper on the host would get it.

    `names`: digest by name of each Python module in its payload. `preload`: imported once for all modules, by the code of
    the first; a module with other code gets its own. `loader` has `run_module`, which gets `given` beside what each gets.
    """

    name: str
    names: Mapping[str, str]
    params: bytes
    profile: str
    preload: tuple[str, ...] = ()
    rlimit: int = 0
    loader: str = "ansible.module_utils._internal._ansiballz._loader"
    given: Mapping[str, object] = {"extensions": {}}


class Code(NamedTuple):
    """A Python module's code: its text, and its bytecode (marshal) of the controller's Python where there is one."""

    package: bool
    text: str
    compiled: bytes | None
