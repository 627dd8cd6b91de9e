"""podman and docker: which of them has an image, and what is left of a container."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from orchestrator.adapters import process
from orchestrator.adapters.ansible.settings import base_environment
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import MachineLacks

ENGINES = ("podman", "docker")
"""In the order in which they are asked; ansible-runner knows these two."""
OF_ENGINES = (
    *(
        "CONTAINERS_CONF",
        "CONTAINERS_STORAGE_CONF",
        "CONTAINER_HOST",
        "XDG_RUNTIME_DIR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
    ),
    *("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DBUS_SESSION_BUS_ADDRESS", "TMPDIR"),
)
"""Variables of the caller that say where an engine has its images; a run does not see them."""
_WHERE = (
    *("CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "CONTAINER_HOST", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
    *("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG"),
)
"""Those that say whose images and containers they are: with others an engine truly says that it has none."""
_HAS_NONE = re.compile(r"no such (image|object)|image not known", re.IGNORECASE)
"""podman (3 to 5) and docker, of an image that is not there; of anything else they say what keeps them from looking."""
_ANSWERS_WITHIN = 30.0
_ENDS_WITHIN = 60.0
_TIMES = 4
"""podman 4 waits in vain, and says that it failed, where the process that watched the container was killed too; but once."""


class EngineAt(NamedTuple):
    """An engine, and what says whose containers it answers for."""

    engine: str
    variables: Mapping[str, str]


Left = Literal["none", "some", "not known"]
"""What an engine says is left of a container, after it was to end it."""


def place_of(caller: Mapping[str, str]) -> dict[str, str]:
    """The variables of a caller that say whose containers an engine answers for."""
    return {name: caller[name] for name in _WHERE if name in caller}


def engine_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """What an engine is started with."""
    return {**base_environment(caller), **{name: caller[name] for name in OF_ENGINES if name in caller}}


def asked(
    words: Sequence[str], timeout: float = _ANSWERS_WITHIN, variables: Mapping[str, str] | None = None
) -> process.Ended | None:
    """How the engine ended; None where it is not there or cannot be started. `variables`: those of `place_of`."""
    environment = engine_environment(os.environ)
    if variables is not None:
        environment = {name: value for name, value in environment.items() if name not in _WHERE}
        environment |= variables
    try:
        return process.run(list(words), timeout=timeout, environment=environment)
    except (MachineLacks, OSError):
        return None


def engine_with(image: str) -> str:
    """The first engine that has the image; nothing is fetched.

    Raises MachineLacks: with the command that fetches it, or with what an engine says that cannot look.
    """
    lacking, silent = [], []
    for engine in ENGINES:
        ended = asked([engine, "image", "inspect", "--format", "{{.Id}}", image])
        if ended is None:
            continue
        if ended.exit_code == 0:
            return engine
        if ended.exit_code is not None and _HAS_NONE.search(ended.errors):
            lacking.append(engine)
        else:
            silent.append(f"{engine} cannot look: {last_words(ended)}")
    if not lacking and not silent:
        raise MachineLacks(
            f"There is neither podman nor docker here, and runs are to be in {image}. "
            "Install one (apt-get install podman), or take execution_environment out: orch doctor."
        )
    also = "".join(f" {each.rstrip('.')}." for each in silent)
    if not lacking:
        raise MachineLacks(
            f"Runs are to be in {image}.{also} See to it that it does, as this user: orch doctor."
        )
    raise MachineLacks(
        f"{' and '.join(lacking)} {'lacks' if len(lacking) == 1 else 'lack'} the image of the runs: {image}.{also} "
        f"orch fetches none: {lacking[0]} pull {image}"
    )


def last_words(ended: process.Ended) -> str:
    """The last line of what an engine says of its failure."""
    if ended.exit_code is None:
        return "it does not answer"
    lines = [line for line in ended.errors.splitlines() if line.strip()]
    return plain(lines[-1], 300) if lines else "it says nothing"


def container_name(mark: str) -> str:
    """The name of the container of an attempt, as ansible-runner makes it of its ident."""
    from ansible_runner.utils import sanitize_container_name

    return f"ansible_runner_{sanitize_container_name(ident_of(mark))}"


def container_pattern(mark: str) -> str:
    """What the name of an attempt's container is like, also where of its mark only the beginning is known (begun_marks.py)."""
    digest = "[0-9a-f]{16}" if mark.endswith(".") else ""
    return f"^{re.escape(container_name(mark))}{digest}$"


def ident_of(mark: str) -> str:
    """What tells apart runs of one name below two homes."""
    return mark.partition("=")[2]


def end_container(at: EngineAt, meant: str) -> Left:
    """Kill and remove what has a name like this pattern, and what an engine keeps of it.

    "none" is what the engine itself says. One that is not there, or gives no answer, leaves it unknown: its containers
    may be on another machine, and what is made but not yet started is no process.
    """
    left = _names(at, meant)
    for _ in range(_TIMES):
        if left == []:
            break
        for name in left or ():
            asked([at.engine, "kill", name], _ENDS_WITHIN, at.variables)
            asked([at.engine, "rm", "--force", name], _ENDS_WITHIN, at.variables)
        left = _names(at, meant)
    return "not known" if left is None else "some" if left else "none"


def is_there(engine: str) -> bool:
    """Whether this machine has the program."""
    return asked([engine, "--version"]) is not None


def _names(at: EngineAt, meant: str) -> list[str] | None:
    """The containers of such a name; None without an answer."""
    ended = asked(
        [at.engine, "ps", "--all", "--filter", f"name={meant}", "--format", "{{.Names}}"],
        variables=at.variables,
    )
    if ended is None or ended.exit_code != 0:
        return None
    # An engine that reads the filter in another way must not have others ended.
    return [name for name in ended.output.split() if re.search(meant, name)]
