"""A real Prometheus on the loopback interface, and an exporter whose hosts serve a load that rises everywhere."""

from __future__ import annotations

import json
import math
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LAST = 30.0
PER_SECOND = 100.0
"""Requests of each host in a second, at the beginning."""
DOUBLED_AFTER = 3.0
"""Seconds in which the load doubles, on every host."""
ERRORS = 0.02
FORM = "shop_requests_total {requests:.6f}\nshop_errors_total {errors:.6f}\n"
CONFIGURATION = """\
global: {{scrape_interval: 200ms, scrape_timeout: 150ms}}
scrape_configs:
  - job_name: shop
    static_configs:
{targets}
"""
TARGET = '      - {{targets: ["127.0.0.1:{port}"], labels: {{__metrics_path__: "/{host}", instance: "{host}:9100"}}}}'


def lacking() -> str | None:
    """Why no Prometheus can be started here, or None where one can."""
    return None if shutil.which("prometheus") else "Prometheus is not installed here (Debian: prometheus)."


@dataclass
class Service:
    """Requests and errors of each host. `worse` says how many times more errors a host has; the load rises everywhere alike."""

    hosts: Sequence[str]
    worse: Callable[[str], float] = lambda host: 1.0
    began: float = field(default_factory=time.monotonic)
    totals: dict[str, list[float]] = field(default_factory=dict)

    def page(self, host: str) -> str:
        """The counters of a host as Prometheus reads them."""
        seconds = time.monotonic() - self.began
        requests, errors, last = self.totals.get(host, [0.0, 0.0, 0.0])
        served = self._served(seconds) - self._served(last)
        total = [requests + served, errors + served * ERRORS * self.worse(host), seconds]
        self.totals[host] = total
        return FORM.format(requests=total[0], errors=total[1])

    @staticmethod
    def _served(seconds: float) -> float:
        return PER_SECOND * DOUBLED_AFTER / math.log(2) * (2 ** (seconds / DOUBLED_AFTER) - 1)


@contextmanager
def exporter(service: Service) -> Iterator[int]:
    """The exporter of all hosts, each at a path of its own; its port."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = service.page(self.path.strip("/")).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def prometheus(folder: Path, targets: Sequence[str]) -> Iterator[str]:
    """A server that scrapes these targets, lines of its configuration; its URL. It ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "prometheus.yml"
    file.write_text(CONFIGURATION.format(targets="\n".join(targets)))
    url = f"http://127.0.0.1:{_free_port()}"
    command = [
        "prometheus",
        f"--config.file={file}",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--log.level=warn",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _await(f"{url}/-/ready", process, folder / "log")
        yield url
    finally:
        process.kill()
        process.wait(LAST)


@contextmanager
def monitored(folder: Path, service: Service) -> Iterator[str]:
    """A Prometheus that scrapes this service; its URL."""
    with exporter(service) as port:
        targets = [TARGET.format(port=port, host=host) for host in service.hosts]
        with prometheus(folder, targets) as url:
            await_series(url, "count(rate(shop_errors_total[1s]))", len(service.hosts))
            yield url


def await_series(url: str, query: str, number: float) -> None:
    """Wait until a query answers this number: a server looks for its targets every five seconds."""
    deadline = time.monotonic() + LAST
    while time.monotonic() < deadline:
        if value_of(url, query) == number:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{query} is not {number:g} on {url}")


def value_of(url: str, query: str) -> float | None:
    """The number that a query answers now, or None."""
    words = urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(f"{url}/api/v1/query?{words}", timeout=LAST) as answer:
        result = json.load(answer)["data"]["result"]
    return float(result[0]["value"][1]) if result else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LAST
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1.0) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"Prometheus does not answer: {log.read_text()[-2000:]}")
