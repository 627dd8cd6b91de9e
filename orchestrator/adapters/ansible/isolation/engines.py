"""podman and docker: which of them has an image, and what is left of a container."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from orchestrator.adapters import process
from orchestrator.adapters.ansible.settings import base_environment
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
_ANSWERS_WITHIN = 30.0
_ENDS_WITHIN = 60.0
_TIMES = 4
"""podman 4 waits in vain, and says that it failed, where the process that watched the container was killed too; but once."""


def engine_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """What an engine is started with."""
    return {**base_environment(caller), **{name: caller[name] for name in OF_ENGINES if name in caller}}


def asked(words: Sequence[str], timeout: float = _ANSWERS_WITHIN) -> process.Ended | None:
    """How the engine ended; None where it is not there or cannot be started."""
    try:
        return process.run(list(words), timeout=timeout, environment=engine_environment(os.environ))
    except (MachineLacks, OSError):
        return None


def engine_with(image: str) -> str:
    """The first engine that has the image; nothing is fetched. Raises MachineLacks with the command that fetches it."""
    there = []
    for engine in ENGINES:
        ended = asked([engine, "image", "inspect", "--format", "{{.Id}}", image])
        if ended is None:
            continue
        if ended.exit_code == 0:
            return engine
        there.append(engine)
    if not there:
        raise MachineLacks(
            f"There is neither podman nor docker here, and runs are to be in {image}. "
            "Install one (apt-get install podman), or take execution_environment out: orch doctor."
        )
    raise MachineLacks(
        f"{' and '.join(there)} {'lacks' if len(there) == 1 else 'lack'} the image of the runs, or cannot look: {image}. "
        f"orch fetches none: {there[0]} pull {image}"
    )


def container_name(mark: str) -> str:
    """The name of the container of an attempt, as ansible-runner makes it of its ident."""
    from ansible_runner.utils import sanitize_container_name

    return f"ansible_runner_{sanitize_container_name(ident_of(mark))}"


def ident_of(mark: str) -> str:
    """What tells apart runs of one name below two homes."""
    return mark.partition("=")[2]


def end_container(engine: str, name: str) -> bool:
    """Kill and remove the container, and what an engine keeps of it; True when the engine says that there is none.

    Without the engine nothing can be asked, and nothing can be left that is not seen as a process.
    """
    for _ in range(_TIMES):
        if _is_gone(engine, name):
            return True
        asked([engine, "kill", name], _ENDS_WITHIN)
        asked([engine, "rm", "--force", name], _ENDS_WITHIN)
    return _is_gone(engine, name)


def _is_gone(engine: str, name: str) -> bool:
    ended = asked([engine, "ps", "--all", "--filter", f"name=^{name}$", "--format", "{{.Names}}"])
    return ended is None or (ended.exit_code == 0 and not ended.output.strip())
