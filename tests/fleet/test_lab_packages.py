"""`--packages`: hosts install from the machine's own sources, and reach nothing else."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.lab.fleet import Lab, take_down
from orchestrator.lab.hosts.sweep import traces
from orchestrator.lab.kernel import cgroups
from orchestrator.lab.options import Asked
from orchestrator.lab.packages.rules import PORT
from orchestrator.lab.packages.start import GROUP
from tests.fleet.labs import lab_name_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# Asks the proxy as a client that is no apt; prints the status line. Arguments: address, request line.
ASK = """python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], 3142), 5) as c:
    c.sendall((sys.argv[2] + " HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n").encode())
    print(c.makefile("rb").readline().split()[1].decode())
' %s '%s'"""
ELSEWHERE = """python3 -c '
import socket
for place in (("192.0.2.1", 80), ("10.213.0.1", 3142), ("%s", 22)):
    try:
        socket.create_connection(place, 2)
        print("reached")
    except OSError:
        print("no")
'"""


@pytest.fixture(scope="module")
def stocked() -> Iterator[Lab]:
    """One full host behind a jump host, with packages."""
    name = lab_name_for("packages")
    try:
        yield Lab.up(name, 1, asked=Asked(packages=True, jumps=1))
    finally:
        take_down(name)


def gateway(lab: Lab) -> str:
    return str(lab.state.network[1])


@pytest.mark.parametrize(
    ("package", "words"), [("hello", ""), ("hello-traditional", "update_cache=true cache_valid_time=86400")]
)
def test_a_role_can_begin_with_apt(stocked: Lab, package: str, words: str) -> None:
    """Roles leave `update_cache` out, or let a list be a day old; the base's folder of lists is empty, and young."""
    ansible = Path(sys.executable).with_name("ansible")
    module = ["-b", "-m", "apt", "-a", f"name={package} {words}"]
    command = [str(ansible), "-i", str(stocked.inventory), "web1", *module]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert stocked.ssh("web1", "hello").out.lower().startswith("hello, world")


def test_apt_installs_a_server_and_it_serves(stocked: Lab) -> None:
    install = "sudo apt-get -q update && sudo DEBIAN_FRONTEND=noninteractive apt-get install -qy nginx-light"
    for host in ("web1", "jump1"):
        ended = stocked.ssh(host, install, seconds=400)
        assert ended.code == 0, ended.out + ended.err
        seen = stocked.ssh(
            host,
            "systemctl is-active nginx; python3 -c 'import urllib.request as u;"
            ' print(u.urlopen("http://127.0.0.1/").status)\'',
        )
        assert seen.out.split() == ["active", "200"], seen.err


def test_what_one_host_fetched_is_kept_for_the_next(stocked: Lab) -> None:
    fetch = "cd /tmp && rm -f *.deb && sudo apt-get -q update && apt-get download hello && md5sum hello*.deb"
    first = stocked.ssh("web1", fetch, seconds=400)
    assert first.code == 0, first.err
    began = time.time()
    other = stocked.ssh("jump1", fetch, seconds=400)
    assert other.out.split()[-2] == first.out.split()[-2]
    order = json.loads(stocked.paths.packages_order.read_text())
    fresh = [path for path in Path(order["cache"]).iterdir() if path.stat().st_ctime > began]
    assert len(fresh) >= 1, "a hit renews the time of use"


def test_the_proxy_serves_nothing_but_the_sources(stocked: Lab) -> None:
    source = json.loads(stocked.paths.packages_order.read_text())["sources"][0].replace("https://", "http://")
    asked = {
        f"GET {source}dists/": {"200", "403", "404"},
        "GET http://192.0.2.1/": {"403"},
        f"GET {source}../": {"403"},
        f"GET {source.rstrip('/')}.example/": {"403"},
        "GET /": {"403"},
        "CONNECT 192.0.2.1:443": {"403"},
        f"CONNECT {source.split('/')[2]}:443": {"403"},
        f"POST {source}": {"501"},
    }
    for request, answers in asked.items():
        seen = stocked.ssh("web1", ASK % (gateway(stocked), request))
        assert seen.out.strip() in answers, (request, seen)


def test_nothing_else_is_reached_and_nobody_else_reaches_it(stocked: Lab) -> None:
    """192.0.2.1 is the machine's side of its own network, or nobody's."""
    jump = stocked.host("jump1")
    seen = stocked.ssh("web1", ELSEWHERE % jump.address)
    assert seen.out.split() == ["no", "no", "no"], seen
    with pytest.raises(OSError, match=r"refused|timed out|unreachable|No route"):
        socket.create_connection((gateway(stocked), PORT), 2)
    with socket.create_connection((str(stocked.state.before[0][1]), PORT), 2) as machine:
        machine.sendall(b"GET http://x/ HTTP/1.1\r\n\r\n")
        assert _answer(machine) == b""


def _answer(connection: socket.socket) -> bytes:
    try:
        return connection.recv(100)
    except ConnectionResetError:
        return b""


def test_the_proxy_is_nobody_and_ends_with_the_lab(lab_name: str) -> None:
    lab = Lab.up(lab_name, 1, light=True, asked=Asked(packages=True))
    (pid,) = cgroups.processes(lab_name, GROUP)
    owners = Path(f"/proc/{pid}/status").read_text().partition("Uid:")[2].split("\n")[0].split()
    assert owners == ["65534"] * 4
    cgroups.kill(lab_name, GROUP)
    Lab.up(lab_name, 1, light=True)
    (other,) = cgroups.processes(lab_name, GROUP)
    assert other != pid
    lab.paths.state.unlink()
    take_down(lab_name)
    assert not Path(f"/proc/{other}/exe").exists(), "it lives; a zombie would have no program"
    assert traces(lab_name) == []
