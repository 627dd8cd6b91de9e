"""The `orch` command: find the verb, run it, and turn every result into an exit code."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from orchestrator.cli.lazy_group import LazyGroup
from orchestrator.cli.standard_streams import hold_open, make_lasting
from orchestrator.cli.verb_table import VERBS
from orchestrator.errors import ExitCode, OrchError

if TYPE_CHECKING:
    from orchestrator.cli.wiring import Wiring

YOUNG = 50_000
"""Objects before Python looks for cycles among the new ones: at its own 700 that took a sixth of `orch status`."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_FULL = (
    "A disk of this machine is full, of bytes or of files: {0}. Make room (df -h and df -i show where), then go on: "
    "orch resume."
)


def _show_version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:  # noqa: FBT001 (click's own form)
    if asked:
        from orchestrator.cli.version import show_version  # not on the way of every command

        show_version(ctx)


def _ask_server(ctx: click.Context, option: click.Parameter, url: str | None) -> None:
    if url and ctx.obj is None:
        from orchestrator.cli.wiring import RemoteWiring  # not on the way of every command

        ctx.obj = RemoteWiring(url)


orch = click.option(
    "--server",
    metavar="URL",
    expose_value=False,
    callback=_ask_server,
    help="Look and decide at this server of orch, with the token in $ORCH_TOKEN.",
)(
    click.option(
        "--version",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_show_version,
        help="Show the versions of orch and of Ansible, and the commit, and exit.",
    )(
        LazyGroup(
            name="orch",
            verbs=VERBS,
            help="Deploy releases through Ansible: in waves, verified, backed out when they fail, and proved.",
        )
    )
)


def main() -> NoReturn:
    """Entry point of the console script."""
    gc.set_threshold(YOUNG)
    if "_ORCH_COMPLETE" in os.environ:
        from orchestrator.cli.completion.answer import answer  # a TAB, and no command

        answer()
        sys.exit(0)
    hold_open()
    make_lasting()
    code = run(sys.argv[1:])
    # At exit Python collects cycles again and again, over all objects. Whatever needs closing is closed without that.
    gc.freeze()
    sys.exit(code)


def run(argv: Sequence[str], group: click.Group = orch, wiring: Wiring | None = None) -> int:
    """Run one command line, and return the verb's exit code [default: completed].

    `wiring` replaces the ports of the composition root.
    """
    try:
        result = group.main(list(argv), prog_name="orch", standalone_mode=False, obj=wiring)
    except OrchError as error:
        return _say(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        return _say("Interrupted.", ExitCode.INTERRUPTED)
    except OSError as error:
        return _say(_FULL.format(error), ExitCode.STORE_FAULT) if error.errno in NO_ROOM else _crashed(error)
    except Exception as error:  # noqa: BLE001 (the last line of defence: no traceback reaches a person)
        return _crashed(error)
    return result if isinstance(result, int) else ExitCode.COMPLETED


def _say(text: str, code: ExitCode) -> ExitCode:
    click.echo(text, err=True)
    return code


def _crashed(error: Exception) -> ExitCode:
    if os.environ.get("ORCH_DEBUG") == "1":
        raise error
    from orchestrator.cli.crash import write_crash_file  # not on the way of every command

    path = write_crash_file(error)
    where = f"the details are in {path}" if path else "ORCH_DEBUG=1 shows the details"
    return _say(f"orch failed on a defect of its own ({type(error).__name__}); {where}.", ExitCode.INTERNAL)
