"""A run inside a container, by ansible-runner's process isolation: what is mounted, and what it is told.

Everything has the path there that it has here. The network is the machine's own: what orch reaches, and by which way, the run
reaches too. ssh has its account in the image, so its files of this user are shown under both homes.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from orchestrator.adapters.ansible.isolation.engines import ident_of
from orchestrator.adapters.ansible.isolation.needed_places import Needed
from orchestrator.adapters.home_paths import expanded

if TYPE_CHECKING:
    from ansible_runner.config._base import BaseConfig

    from orchestrator.adapters.ansible.installation import AnsibleInstallation

CODE = Path(__file__).parents[3]
"""orch's own files, of which a run imports a few (guest/entry.py)."""
_OF_THE_IMAGE = ("PATH", "LANG", "LC_CTYPE")
_ROOTS_HOME = "/root"


def shown_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What of a run's environment is true in an image: its own PATH, and a locale that every image has."""
    return {
        **{name: value for name, value in environment.items() if name not in _OF_THE_IMAGE},
        "LC_ALL": "C.UTF-8",
    }


def mounts(engine: str, places: Iterable[Needed], hidden: Path | None) -> Iterator[str]:
    """The values of `--mount`; what of orch's home lies in a folder that is shown is covered, but for what is shown itself."""
    shown = list(places)
    if hidden is not None and any(Path(place.path) in hidden.parents for place in shown):
        # podman would fill it with what it covers; docker does not, and knows no word for it.
        empty = ("notmpcopyup",) if engine == "podman" else ()
        yield _csv("type=tmpfs", f"destination={hidden}", "tmpfs-mode=0755", "tmpfs-size=65536", *empty)
    for place in shown:
        for target in dict.fromkeys((place.path, _as_roots(place.path))):
            words = ["type=bind", f"source={place.path}", f"target={target}"]
            yield _csv(*words, *(() if place.writable else ("readonly",)))


def options(
    engine: str, places: Iterable[Needed], hidden: Path | None, lines: Iterable[str], label: str
) -> list[str]:
    """The words for the engine. `lines`: names of variables that a file of them cannot hold; `label`: the attempt."""
    return [
        "--pull=never",
        "--network=host",
        # What a run prints is kept by orch, and by nobody else.
        "--log-driver=none",
        # Private files are not given another label for it.
        "--security-opt=label=disable",
        f"--label=orch.attempt={label}",
        *(f"--env={name}" for name in lines),
        *(f"--mount={mount}" for mount in mounts(engine, places, hidden)),
    ]


def run_config(  # noqa: PLR0913 - what ansible-runner is told
    command: Sequence[str],
    environment: Mapping[str, str],
    given: IO[bytes],
    output: IO[bytes],
    *,
    installation: AnsibleInstallation,
    project: str,
    control: Path,
    mark: str,
    places: Sequence[Needed],
    hidden: Path | None,
) -> BaseConfig:
    """A configuration of ansible-runner that runs the command in a container of the image."""
    from ansible_runner.config._base import BaseConfig, BaseExecutionMode

    shown = shown_environment(environment)
    lines = [name for name, value in shown.items() if "\n" in value]
    config: Any = BaseConfig(
        private_data_dir=str(control / "runner"),
        ident=ident_of(mark),
        fact_cache_type="",
        process_isolation=True,
        process_isolation_executable=installation.engine,
        container_image=installation.image,
        container_workdir=project,
        container_options=options(installation.engine, places, hidden, lines, ident_of(mark)),
    )
    config.input_fd, config.output_fd, config.error_fd = given, output, output
    config.prepare_env(runner_mode="subprocess")
    config.command = list(command)
    # Without its own mounts of whole folders, such as ~/.ssh.
    config.handle_command_wrap(BaseExecutionMode.NONE, [])
    # ansible-runner writes them into a file, a line each; the others go from its own environment to the engine.
    os.environ.update({name: shown[name] for name in lines})
    config.env = {name: value for name, value in shown.items() if name not in lines}
    return config


def _as_roots(path: str) -> str:
    """Where ssh looks for it in the image; the same path for all that is not in this user's `~/.ssh`."""
    own = str(expanded("~/.ssh"))
    return f"{_ROOTS_HOME}/.ssh{path[len(own) :]}" if path.startswith(f"{own}/") else path


def _csv(*words: str) -> str:
    """As both engines read it: a path may have a comma in it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(words)
    return text.getvalue()
