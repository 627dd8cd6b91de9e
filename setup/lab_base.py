"""Check whether this machine can run a lab, and build the root that its hosts share; with --look, only check."""

import sys

from orchestrator.errors import OrchError
from orchestrator.lab.needs import lacking
from orchestrator.lab.roots.base import ready_base


def main() -> int:
    """Return 0 if lab hosts can start now; else 12, with what is missing on stderr."""
    missing = lacking()
    for fault in missing:
        say_missing(fault)
    if missing:
        return 12
    if "--look" not in sys.argv[1:]:
        try:
            ready_base(lambda line: print(f"setup: {line}", flush=True))
        except OrchError as error:
            say_missing(str(error))
            return 12
    return 0


def say_missing(fault: str) -> None:
    """In the words of setup/say.sh."""
    print(f"setup: MISSING: {fault}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
