"""Each library that touches the world has one owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.source import ROOT, imports_of, python_files

# library: the files or folders that may import it
OWNERS = {
    "ansible": ("adapters/ansible/",),
    "ansible_runner": ("adapters/ansible/",),
    "argon2": ("adapters/people/",),
    "authlib": ("adapters/people/",),
    "apprise": ("adapters/channels/apprise_service.py",),
    "click": ("cli/",),
    # The verifier shares no code with orch, so it has no port.
    "cryptography": ("adapters/keys/", "verifier/"),
    "dateutil": ("domain/calendar/recurrence.py",),
    "httpx": ("adapters/nodes/over_http.py", "adapters/people/openid.py"),
    "icalendar": ("adapters/report/",),
    "jinja2": ("adapters/report/", "adapters/ansible/", "cli/", "web/"),
    "joserfc": ("adapters/people/",),
    "paramiko": ("adapters/ssh/",),
    "procrastinate": ("adapters/queue/",),
    "prometheus_client": ("web/",),
    "psycopg": ("adapters/metrics/sql.py", "adapters/queue/connection.py"),
    "pytest": ("adapters/checks/",),
    "random": (),
    "rich": ("cli/", "adapters/report/"),
    "ruamel": ("adapters/files/",),
    "sqlalchemy": ("adapters/store/",),
    "starlette": ("web/",),
    # on_target is sent to the hosts and runs there, where there is no port.
    # nginx_file.py is sent to the host of a load balancer, as on_target is.
    "subprocess": (
        "adapters/process/",
        # Inside Ansible's process, whose ssh it is.
        "adapters/ansible/accelerator/channel.py",
        "adapters/ansible/accelerator/session.py",
        "adapters/ssh/on_target/items/shell.py",
        "adapters/balancers/nginx_file.py",
        # It is written into trees by `orch init`, and runs on the hosts, too.
        "adapters/files/on_hosts/host_state.py",
        "lab/shell.py",
        "verifier/",
    ),
    "testinfra": ("adapters/checks/",),
    "typst": ("adapters/report/pdf.py",),
    "uvicorn": ("web/",),
    "unittest.mock": (),
    # Playbooks are read as Ansible reads them, with the same parser.
    "yaml": ("adapters/ansible/tree_check/playbook_files.py",),
}


def strangers(library: str, owners: tuple[str, ...], files: list[Path]) -> list[str]:
    """Files that import the library and do not own it."""
    return [
        str(path.relative_to(ROOT))
        for path in files
        if any(name == library or name.startswith(f"{library}.") for name in imports_of(path))
        and not any(str(path.relative_to(ROOT / "orchestrator")).startswith(owner) for owner in owners)
    ]


@pytest.mark.parametrize(("library", "owners"), OWNERS.items(), ids=OWNERS)
def test_only_its_owner_imports(library: str, owners: tuple[str, ...]) -> None:
    assert strangers(library, owners, python_files("orchestrator")) == []


def test_a_stranger_is_seen() -> None:
    crash = ROOT / "orchestrator/cli/crash.py"
    assert strangers("tempfile", ("adapters/",), [crash]) == ["orchestrator/cli/crash.py"]
    assert strangers("tempfile", ("cli/",), [crash]) == []
