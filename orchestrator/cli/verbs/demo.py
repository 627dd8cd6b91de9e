"""`orch demo`: the demonstration, from a checkout or from an installed package."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

import click

from orchestrator.adapters.ownership import exposure_of
from orchestrator.errors import Conflict, MachineLacks, StoreFault

_SCRIPT = Path(__file__).parent / "demo.sh"
_NAME, _ELSEWHERE = ".orch-demo", Path("/var/lib/orch-demo")
_MARK = "made-by-orch-demo"


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything goes that it makes; written anew each time. [default: .orch-demo; by sudo in a folder of "
    "somebody else, where root keeps no records, /var/lib/orch-demo]",
)
def demo(folder: Path | None) -> None:
    """Deploy a good release and a bad one to six real hosts of this machine, and write both records.

    It needs Linux and root. Everything it makes is in the folder and in the lab `demo`; it says how to remove both.
    """
    from orchestrator.cli.verbs.planning.example import example_files, place_files

    shell = shutil.which("bash")
    if shell is None:
        raise MachineLacks(
            "The demonstration is a script for bash, and bash is not on this machine: install it."
        )
    if sys.platform == "linux" and os.geteuid() != 0:
        raise MachineLacks(
            f"The demonstration makes hosts on this machine, and that needs root: sudo {_own_program()} demo. "
            "`orch doctor` says what else is missing."
        )
    folder = folder or default_folder(Path.cwd())
    private_place(folder)
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).is_file():
            raise Conflict(f"{folder} is there, and no demonstration made it: name another with --folder.")
        shutil.rmtree(folder)
    place_files(folder, {**example_files(), _MARK: b"`orch demo` removes this folder and writes it anew.\n"})
    call = _how_to_call()  # before another folder is this one: the program may be named from here
    os.chdir(folder)
    environment = {**os.environ, "ORCH_HOME": str(Path.cwd() / ".orch"), "ORCH_PYTHON": sys.executable}
    environment |= {"ORCH_DEMO": str(folder), **call, "PYTHONPATH": _path_of_orch()}
    sys.stdout.flush()
    os.execve(shell, [shell, str(_SCRIPT)], environment)


def default_folder(here: Path) -> Path:
    """`.orch-demo` in this folder; another where others can change what root writes here, as in the home of sudo's caller."""
    exposure = exposure_of(here)
    if exposure is None:
        return Path(_NAME)
    click.echo(
        f"The demonstration goes to {_ELSEWHERE}, because records are not safe here: {exposure.found}."
    )
    return _ELSEWHERE


def private_place(folder: Path) -> None:
    """Raises StoreFault for a folder in which orch would keep no records, before any host is made."""
    place = folder.absolute()
    exposure = exposure_of(next(above for above in (place, *place.parents) if above.exists()))
    if exposure is not None:
        raise StoreFault(
            f"{folder} is no place for the records of the demonstration: {exposure.found}. Name another with --folder."
        )


def _how_to_call() -> dict[str, str]:
    """How the commands that are shown begin. Under sudo with the whole path: its search path has no environments of people."""
    if "SUDO_UID" not in os.environ:
        return {"ORCH_SUDO": "", "ORCH_PROGRAM": "orch"}
    return {"ORCH_SUDO": "sudo ", "ORCH_PROGRAM": _own_program()}


def _own_program() -> str:
    program = Path(sys.argv[0])
    whole = os.path.abspath(program)  # noqa: PTH100 (resolve() would follow the links of an installation)
    return shlex.quote(whole) if program.name == "orch" and program.is_file() else "orch"


def _path_of_orch() -> str:
    """So that the same orch is found from the folder of the demonstration."""
    own = str(Path(__file__).resolve().parents[3])
    return os.pathsep.join([own, *filter(None, [os.environ.get("PYTHONPATH")])])
