"""ansible-playbook, accelerated where ORCH_ACCELERATE says so: `PYTHON entry.py GUEST_ENTRY ARGUMENTS`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

NOT_ACCELERATED = 97


def main() -> None:
    """Exits as ansible-playbook does; with NOT_ACCELERATED where the run would go the stock way instead."""
    folder = Path(__file__).resolve().parent
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != folder]
    spec = spec_from_file_location("guest_entry", sys.argv[1])
    assert spec is not None
    assert spec.loader is not None
    guest = module_from_spec(spec)
    spec.loader.exec_module(guest)
    guest.put_in()
    # As guest files do it for every run: what orch sets in the process is there before Ansible is imported.
    import_module("orchestrator.adapters.process.shut_off")
    from ansible.cli.playbook import PlaybookCLI

    if os.environ.get("ORCH_ACCELERATE") == "orch":
        reason = import_module("orchestrator.adapters.ansible.accelerator.start").put_in()
        if reason is not None:
            sys.stderr.write(f"not accelerated: {reason}\n")
            sys.exit(NOT_ACCELERATED)
    sys.argv = [str(Path(sys.executable).with_name("ansible-playbook")), *sys.argv[2:]]
    PlaybookCLI.cli_executor(sys.argv)


if __name__ == "__main__":
    main()
