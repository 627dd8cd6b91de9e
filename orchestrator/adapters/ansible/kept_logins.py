"""Logins that a visit has kept for a run: their sockets come to where the run's ssh looks for its own (docs/adr/0110)."""

from contextlib import suppress
from pathlib import Path

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.domain.evidence.attempt import AttemptRequest

_LIST = "kept-logins"


def fetch(request: AttemptRequest, folder: AttemptFolder, control: Path) -> None:
    """Take the sockets over; ssh's part of the name says for which host, port and user each is. What is gone is gone."""
    fetched = []
    for place, path in folder.beside().logins.items():
        for socket in process.sockets_of(path):
            name = socket_name(request, place, socket.name.partition("-")[2])
            with suppress(OSError):
                socket.rename(control / name)
                fetched.append(name)
    (control / _LIST).write_text("".join(f"{name}\n" for name in fetched))


def socket_name(request: AttemptRequest, place: str, of_ssh: str) -> str:
    """The name of the socket of a place. Hosts behind different jump hosts can have one address: each way has its own."""
    numbers = {way: number for number, way in enumerate(sorted(request.ways))}
    return f"{numbers[place]}-{of_ssh}" if place in numbers else of_ssh


def end(folder: AttemptFolder) -> None:
    """End them: they are no processes of the run, so nobody else does."""
    control = folder.control()
    with suppress(OSError):
        if control is not None:
            names = (control / _LIST).read_text().splitlines()
            process.end_logins(control / name for name in names)
