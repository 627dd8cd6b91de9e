"""An inspection inside a container: what an image has this machine may lack, and reading runs code."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.adapters.ansible.installation import AnsibleInstallation
from orchestrator.adapters.ansible.isolation.container import CODE, options, shown_environment
from orchestrator.adapters.ansible.isolation.engines import EngineAt, end_container, engine_environment
from orchestrator.adapters.ansible.isolation.needed_places import Needed, names_of
from orchestrator.adapters.ansible.settings import guest
from orchestrator.adapters.home_paths import user_home


def ended_in_container(  # noqa: PLR0913 - what is asked, and where
    installation: AnsibleInstallation,
    question: str,
    environment: Mapping[str, str],
    *,
    project: Path,
    may_read: Sequence[str],
    folder: Path,
    hidden: Path | None,
    timeout: float,
) -> process.Ended:
    """How an inspector in a container ended; what it answers is its output. `folder`: its own, which it may write."""
    name = f"orch_inspection_{os.getpid()}_{secrets.token_hex(4)}"
    shown = shown_environment(environment)
    places = {name: False for path in (CODE, *map(Path, may_read)) for name in names_of(path)}
    places |= {str(folder): True}
    needed = [Needed(path, places[path]) for path in sorted(places)]
    words = ["run", "--rm", "--interactive", f"--name={name}", f"--workdir={project}"]
    if installation.engine == "podman":
        # Whoever asks may be killed.
        words.append(f"--timeout={max(1, round(timeout))}")
    command = [
        installation.engine,
        *words,
        *options(installation.engine, needed, hidden, shown, name),
        installation.image,
        *guest(installation, "inspector", "-"),
    ]
    ended = None
    try:
        ended = process.run(
            command,
            timeout=timeout,
            environment={**shown, **engine_environment(os.environ), "HOME": str(user_home())},
            text=question,
        )
    finally:
        if ended is None or ended.exit_code is None:
            end_container(EngineAt(installation.engine, installation.engine_variables), f"^{name}$")
    return ended
