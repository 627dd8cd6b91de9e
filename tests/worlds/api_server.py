"""The service over ports of a test on a port of this machine, for the command line as its client."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from tests.worlds.served import served

if TYPE_CHECKING:
    from orchestrator.engine.ports import Drivers, Ports
    from orchestrator.web.doors import Doors


@contextmanager
def answering(
    ports: Ports,
    doors: Doors,
    *,
    home: Path = Path("/nowhere"),
    projects: tuple[Path, ...] = (),
    drivers: Drivers | None = None,
) -> Iterator[str]:
    """The service, until the end of the block; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = served(ports, doors, home, projects=projects, drivers=drivers)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            threading.Event().wait(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
