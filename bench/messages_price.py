"""The price of messages: the same rollout that tells nobody, that tells a channel which answers, and one that never does.

They take turns on the same hosts. Senders are processes beside the deployment; what one of them uses is measured by itself.
"""

import json
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

from bench.compare import Cost, Say, run_metered
from bench.contenders import Environment, environment
from bench.journal_times import Times
from bench.site import BenchFault, Site, three_waves

VARIANTS = ("none", "answers", "hangs")
PROSE = "when: result"
NOTIFY = "notify: {by: desk, at: [start, wave, end]}"


def rounds(site: Site, number: int, say: Say) -> Times:
    """Medians over the rounds: wall and CPU of each variant, and what sending all of it takes by itself."""
    costs: list[Times] = []
    with _answering() as answers, _silent() as hangs:
        ports = {"answers": answers, "hangs": hangs}
        for each in range(number):
            order = VARIANTS[each % 3 :] + VARIANTS[: each % 3]
            times: Times = {}
            for variant in order:
                times |= _run(site, variant, ports)
            costs.append(times)
            say(
                f"  {len(site.names)} hosts: wall {times['none']:.1f} s without messages, {times['answers']:.1f} s with a "
                f"channel that answers, {times['hangs']:.1f} s with one that hangs; sending {times['sent']:.0f} takes "
                f"{times['sending_cpu']:.2f} s of CPU"
            )
    figures = {name: median(each[name] for each in costs) for name in costs[0]}
    for variant in VARIANTS[1:]:
        figures[f"{variant}_ratio"] = median(each[variant] / each["none"] for each in costs)
    return figures


def _run(site: Site, variant: str, ports: dict[str, int]) -> Times:
    site.reset()
    home = Path(tempfile.mkdtemp(prefix="ob-"))
    try:
        plan = site.plan if variant == "none" else _telling(site)
        settings = {"ORCH_HOME": str(home / "orch")}
        if variant != "none":
            _channels(home, ports[variant])
        cost = _orch(home, settings, site.project, "deploy", str(plan))
        site.verify()
        times = {variant: cost["wall"], f"{variant}_cpu": cost["cpu"]}
        if variant == "hangs":
            times |= _sent_by_itself(home, settings, site.project, ports["answers"])
        return times
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _sent_by_itself(home: Path, settings: Environment, project: Path, port: int) -> Times:
    """What the channel that hangs never took, sent to one that answers. Raises BenchFault where there is nothing."""
    _channels(home, port)
    cost = _orch(home, settings, project, "messages", "send", "--", *_newest(home, settings, project))
    sent = (home / "cost.log").read_text().count(": sent to ")
    if not sent:
        raise BenchFault("No message was owed after a channel that hangs.")
    return {"sent": float(sent), "sending_cpu": cost["cpu"], "sending_wall": cost["wall"]}


def _newest(home: Path, settings: Environment, project: Path) -> list[str]:
    _orch(home, settings, project, "list", "--json")
    return [json.loads((home / "cost.log").read_text().splitlines()[0])["id"]]


def _orch(home: Path, settings: Environment, project: Path, *words: str) -> Cost:
    return run_metered(
        [sys.executable, "-m", "orchestrator", *words], environment(home, settings), home, project
    )


def _telling(site: Site) -> Path:
    """The plan of the site, whose first audience is told at the start, after each wave, and at the end."""
    plan = site.write_plan("telling.yml", three_waves(len(site.names)))
    text = plan.read_text()
    if text.count(PROSE) != 1:
        raise BenchFault(
            "The plan of the workload tells its audience otherwise than this part of the benchmark knows."
        )
    plan.write_text(text.replace(PROSE, f"{PROSE}, {NOTIFY}"))
    return plan


def _channels(home: Path, port: int) -> None:
    (home / "secret").write_text("a secret of the benchmark")
    (home / "orch").mkdir(mode=0o700, exist_ok=True)
    hook = {"url": f"http://127.0.0.1:{port}/", "secret": {"file": str(home / "secret")}}
    (home / "orch" / "channels.yml").write_text(
        json.dumps({"orch": 1, "channels": {"desk": {"webhook": hook}}})
    )


@contextmanager
def _answering() -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Read it, and say that it was taken."""
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as wire:
        wire.bind(("127.0.0.1", 0))
        wire.listen(200)
        yield int(wire.getsockname()[1])
