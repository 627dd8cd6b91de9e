"""`orch demo`: the demonstration, from a checkout or from an installed package."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from orchestrator.errors import Conflict, MachineLacks

_SCRIPT = Path(__file__).parent / "demo.sh"
_MARK = "made-by-orch-demo"


@click.command()
@click.option(
    "--folder",
    default=".orch-demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything goes that it makes; written anew each time.",
)
def demo(folder: Path) -> None:
    """Deploy a good release and a bad one to six real hosts of this machine, and write both records.

    It needs Linux and root. Everything it makes is in the folder and in the lab `demo`; it says how to remove both.
    """
    from orchestrator.cli.verbs.planning.example import example_files, place_files

    shell = shutil.which("bash")
    if shell is None:
        raise MachineLacks(
            "The demonstration is a script for bash, and bash is not on this machine: install it."
        )
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise Conflict(f"{folder} is there, and no demonstration made it: name another with --folder.")
        shutil.rmtree(folder)
    place_files(folder, {**example_files(), _MARK: b"`orch demo` removes this folder and writes it anew.\n"})
    os.chdir(folder)
    environment = {**os.environ, "ORCH_HOME": str(Path.cwd() / ".orch"), "ORCH_PYTHON": sys.executable}
    environment |= {"ORCH_DEMO": str(folder), "PYTHONPATH": _path_of_orch()}
    sys.stdout.flush()
    os.execve(shell, [shell, str(_SCRIPT)], environment)


def _path_of_orch() -> str:
    """So that the same orch is found from the folder of the demonstration."""
    own = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join([own, *filter(None, [os.environ.get("PYTHONPATH")])])
