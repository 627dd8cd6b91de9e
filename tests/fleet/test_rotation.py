"""Behind a real HAProxy and a real nginx, under a constant load: not one request fails, forwards and backwards."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestrator.lab.fleet import Lab
from tests.fleet.load import Load
from tests.fleet.small_site import SmallSite, ended_of, events_of

APPS = ("web1", "web2", "web3", "web4")
EDGE = "web5"
SERVER = """
import http.server, time
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/slow": time.sleep(20)
        body = open("/srv/app/version", "rb").read()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("", 8080), Answer).serve_forever()
"""
UNIT = "[Service]\nExecStart=/usr/bin/python3 /srv/app/server.py\n"
HAPROXY = """
global
  stats socket /run/haproxy.sock mode 600 level admin
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
frontend front
  bind :8000
  default_backend shop
backend shop
{servers}
"""
NGINX = """
user root;
pid /run/nginx-orch.pid;
error_log /tmp/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  include /etc/shop-upstream.conf;
  server {{ listen 8001; location / {{ proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""
POOL = """
import csv, io, socket, sys
def asked(command):
    talk = socket.socket(socket.AF_UNIX)
    talk.connect("/run/haproxy.sock")
    talk.sendall(command.encode() + b"\\n")
    answer = b""
    while piece := talk.recv(65536):
        answer += piece
    return answer.decode().strip()
def state(host):
    rows = csv.DictReader(io.StringIO(asked("show stat").removeprefix("# ")))
    row = next(row for row in rows if row["pxname"] == "shop" and row["svname"] == host)
    return ("in" if row["status"].startswith("UP") else "out") + " " + row["scur"]
def change(host, to):
    refused = asked(f"set server shop/{host} state {to}")
    if refused:
        sys.exit(refused)
"""
COMMAND = """
deed, host = sys.argv[1:]
print(state(host)) if deed == "state" else change(host, {"drain": "drain", "enable": "ready"}[deed])
"""
API = """
import http.server
class Answer(http.server.BaseHTTPRequestHandler):
    def answer(self):
        if self.headers["Authorization"] != "Bearer t0ken-of-the-pool":
            return self.say(401, "who are you?")
        _, host, *deed = self.path.split("/")
        if self.command == "POST":
            change(host, {"drain": "drain", "enable": "ready"}[deed[0]])
        now = state(host)
        self.say(200, "drained" if now == "out 0" else "active" if now.startswith("in") else "draining")
    do_GET = do_POST = answer
    def say(self, status, words):
        self.send_response(status)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words.encode())
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("", 9090), Answer).serve_forever()
"""
PROGRAM = ["/usr/bin/python3", "/srv/pool.py"]
TOKEN = {"bearer": {"file": "secrets/pool"}}
URL = "http://@EDGE@:9090/{host}"
BALANCERS: dict[str, dict[str, Any]] = {
    "command": {
        "command": {
            "on": EDGE,
            "drain": [*PROGRAM, "drain", "{host}"],
            "give_back": [*PROGRAM, "enable", "{host}"],
            "state": [*PROGRAM, "state", "{host}"],
        }
    },
    "http": {
        "http": {
            "drain": {"url": f"{URL}/drain", **TOKEN},
            "give_back": {"url": f"{URL}/enable", **TOKEN},
            "is_out": {"url": URL, "contains": "drained", **TOKEN},
            "is_in": {"url": URL, "contains": "active", **TOKEN},
        }
    },
    "haproxy": {"haproxy": {"on": EDGE, "socket": "/run/haproxy.sock", "backend": "shop"}},
    "nginx": {
        "nginx": {
            "on": EDGE,
            "file": "/etc/shop-upstream.conf",
            "server": "{address}:8080",
            "test": ["/usr/sbin/nginx", "-t", "-c", "/etc/nginx-orch.conf"],
            "reload": ["/usr/sbin/nginx", "-s", "reload", "-c", "/etc/nginx-orch.conf"],
        }
    },
}
PORTS = {"haproxy": 8000, "nginx": 8001, "command": 8000, "http": 8000}


def _did(lab: Lab, host: str, command: str) -> None:
    ended = lab.ssh(host, f"sudo sh -c '{command}'")
    assert ended.code == 0, f"{host}: {command}: {ended}"


def _put(lab: Lab, host: str, path: str, text: str) -> None:
    command = lab.ssh_command(host, ["sudo", "tee", path])
    subprocess.run(command, input=text.encode(), stdout=subprocess.DEVNULL, check=True, timeout=30)


def _bring(lab: Lab, host: str, program: str) -> None:
    """A program of this machine's Debian, with the libraries that it needs and the host does not have."""
    listed = subprocess.run(["/usr/bin/ldd", program], capture_output=True, text=True, check=True).stdout
    libraries = [word for word in listed.split() if word.startswith("/")]
    packed = subprocess.Popen(
        ["/bin/tar", "-chf", "-", program, *libraries], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    unpacked = lab.ssh_command(host, ["sudo", "tar", "-xf", "-", "-C", "/", "--skip-old-files"])
    subprocess.run(unpacked, stdin=packed.stdout, check=True, timeout=60)
    assert packed.wait() == 0


@pytest.fixture
def behind(lab: Lab) -> Iterator[Lab]:
    """Four hosts with a small service behind both balancers on a fifth."""
    addresses = {host: lab.host(host).address for host in APPS}
    for host in APPS:
        _did(lab, host, "mkdir -p /srv/app && echo 1.0 > /srv/app/version")
        _put(lab, host, "/srv/app/server.py", SERVER)
        _put(lab, host, "/etc/systemd/system/app.service", UNIT)
        _did(lab, host, "systemctl daemon-reload && systemctl start app")
    for program in ("/usr/sbin/haproxy", "/usr/sbin/nginx"):
        _bring(lab, EDGE, program)
    servers = "\n".join(
        f"  server {host} {a}:8080 check inter 300ms fall 2 rise 1" for host, a in addresses.items()
    )
    _put(lab, EDGE, "/etc/haproxy-orch.cfg", HAPROXY.format(servers=servers))
    upstream = "upstream shop {\n" + "".join(f"  server {a}:8080;\n" for a in addresses.values()) + "}\n"
    _put(lab, EDGE, "/etc/shop-upstream.conf", upstream)
    _put(lab, EDGE, "/etc/nginx-orch.conf", NGINX.format())
    _did(lab, EDGE, "mkdir -p /var/lib/nginx /var/log/nginx")
    _did(lab, EDGE, "systemd-run --quiet --unit=haproxy-orch /usr/sbin/haproxy -W -f /etc/haproxy-orch.cfg")
    _did(lab, EDGE, "/usr/sbin/nginx -c /etc/nginx-orch.conf")
    _put(lab, EDGE, "/srv/pool.py", POOL + COMMAND)
    _put(lab, EDGE, "/srv/api.py", POOL + API)
    _did(lab, EDGE, "systemd-run --quiet --unit=pool-api /usr/bin/python3 /srv/api.py")
    yield lab
    _did(
        lab,
        EDGE,
        "rm /srv/*.py; systemctl stop pool-api haproxy-orch;"
        " /usr/sbin/nginx -s stop -c /etc/nginx-orch.conf; rm -f /etc/*-orch.c*",
    )
    for host in APPS:
        _did(
            lab,
            host,
            "systemctl stop app; rm -rf /srv/app /etc/systemd/system/app.service; systemctl daemon-reload",
        )


def _site(lab: Lab, folder: Path, balancer: str, version: str, bad_on: str = "none") -> SmallSite:
    words = json.dumps(BALANCERS[balancer]).replace("@EDGE@", str(lab.host(EDGE).address))
    site = SmallSite(lab, folder, "rotation", {"VERSION": version, "BAD_ON": bad_on, "BALANCER": words})
    (site.project / "secrets").mkdir()
    (site.project / "secrets/pool").write_text("t0ken-of-the-pool\n")
    return site


def _states(lab: Lab) -> dict[str, str]:
    """How each host stands at HAProxy."""
    return {
        host: lab.ssh(EDGE, f"sudo /usr/bin/python3 /srv/pool.py state {host}").out.split()[0]
        for host in APPS
    }


def _slow_request(address: str, statuses: list[int]) -> None:
    connection = http.client.HTTPConnection(address, PORTS["haproxy"], timeout=40)
    connection.request("GET", "/slow")
    statuses.append(connection.getresponse().status)
    connection.close()


@contextmanager
def _every_host_is_busy(address: str) -> Iterator[None]:
    """So many requests of 20 s that each host has some: one that leaves the rotation waits for them. None of them fails."""
    statuses: list[int] = []
    clients = [threading.Thread(target=_slow_request, args=(address, statuses)) for _ in range(16)]
    for client in clients:
        client.start()
    yield
    for client in clients:
        client.join()
    assert statuses == [200] * len(clients)


def _until(events: Iterator[dict[str, Any]], kind: str, way: str, wave: int) -> None:
    """Read the events of a driver until one about hosts that leave or come back."""
    for event in events:
        if (event["kind"], event.get("way"), event.get("wave")) == (kind, way, wave):
            return
    raise AssertionError(f"the driver ended before {kind} {way} {wave}")


def _deployment(site: SmallSite) -> str:
    return str(json.loads(site.orch("status", "--json").stdout)["deployment"])


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("balancer", BALANCERS)
def test_no_request_fails_through_a_deployment_and_its_backout(
    behind: Lab, tmp_path: Path, balancer: str
) -> None:
    with Load(str(behind.host(EDGE).address), PORTS[balancer]) as load:
        site = _site(behind, tmp_path / "good", balancer, "2.0")
        good = site.deployed()
        assert good.code == 0, good.result
        undone = ended_of(site.orch("rollback", good.result["deployment"], "--reason", "back", "--json"))
        assert undone.code == 5, undone.result
        bad = _site(behind, tmp_path / "bad", balancer, "3.0", bad_on="web4").deployed()
        assert (bad.code, bad.result["state"]) == (5, "backed out"), bad.result
    assert not load.failures, (load.failures, load.answers)
    assert {"1.0", "2.0", "3.0"} <= set(load.answers)
    assert sum(load.answers.values()) > 1000
    outs = [event["there"] for event in bad.events["rotation_ended"] if event["way"] == "out"]
    assert max(map(len, outs)) == 2
    assert set(_states(behind).values()) == {"in"}
    assert "t0ken-of-the-pool" not in json.dumps([good.result, undone.result, bad.result])
    print(balancer, dict(load.answers))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_driver_killed_while_hosts_leave_and_while_they_come_back_leaves_nobody_out(
    behind: Lab, tmp_path: Path
) -> None:
    with Load(str(behind.host(EDGE).address), PORTS["haproxy"]) as load:
        site = _site(behind, tmp_path, "haproxy", "2.0")
        with site.driver() as first:
            _until(events_of(first), "rotation_began", "out", 1)
            first.kill()
        name = _deployment(site)
        with site.driver("resume", name, "--json") as second:
            _until(events_of(second), "rotation_began", "in", 1)
            second.kill()
        ended = ended_of(site.orch("resume", name, "--json"))
        assert (ended.code, ended.result["out_of_rotation"]) == (0, []), ended.result
    assert not load.failures, (load.failures, load.answers)
    assert set(_states(behind).values()) == {"in"}
    assert max(len(each["hosts"]) for each in ended.events["rotation_began"] if each["way"] == "out") == 2
    print(dict(load.answers))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_emergency_stop_and_an_abort_in_the_middle_leave_nobody_out(behind: Lab, tmp_path: Path) -> None:
    with Load(str(behind.host(EDGE).address), PORTS["haproxy"]) as load:
        site = _site(behind, tmp_path, "haproxy", "2.0")
        with site.driver() as first:
            events = events_of(first)
            next(event for event in events if event["kind"] == "gate_reached")
            with _every_host_is_busy(str(behind.host(EDGE).address)):
                _until(events, "rotation_began", "out", 1)
                stopped = site.orch("stop-all", "--reason", "fire")
            assert stopped.returncode == 0, stopped.stderr
            first.communicate(timeout=120)
        result = json.loads(site.orch("status", "--json").stdout)
        assert (result["over"], result["out_of_rotation"]) == (False, [])
        assert set(_states(behind).values()) == {"in"}
        assert site.orch("stop-all", "--lift", "--reason", "out").returncode == 0
        with site.driver("resume", result["deployment"], "--json") as second:
            _until(events_of(second), "rotation_ended", "out", 2)
            aborted = site.orch("abort", result["deployment"], "--reason", "no", "--json")
            second.communicate(timeout=200)
        ended = ended_of(site.orch("record", "show", result["deployment"], "--json"))
    assert (ended.result["state"], ended.result["out_of_rotation"]) == ("backed out", []), aborted.stderr
    assert not load.failures, (load.failures, load.answers)
    assert set(_states(behind).values()) == {"in"}
    print(dict(load.answers))
