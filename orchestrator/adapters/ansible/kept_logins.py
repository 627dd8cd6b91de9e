"""Logins that a visit has kept for a run: their sockets come to where the run's ssh looks for its own (docs/adr/0110)."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from orchestrator.adapters import process
from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.domain.evidence.attempt import AttemptRequest

_LIST = "kept-logins"
Fetched = Literal["there", "none", "gone", "ended"]
"""Of a host's login: it is there; no visit handed one on; its socket is gone, as when ssh ended it; its ssh has died."""
_WORDS: Mapping[Fetched, str] = {
    "there": "goes by the login of the visit before",
    "none": "logs in anew: no visit handed its login on",
    "gone": "logs in anew: the visit's login has ended, its socket is gone",
    "ended": "logs in anew: nobody answers behind the socket of the visit's login",
}


def fetch(request: AttemptRequest, folder: AttemptFolder, control: Path) -> dict[str, Fetched]:
    """Take the sockets over; ssh's part of the name says for which host, port and user each is.

    Returns what became of each place of the request (`address:port`): whoever finds no login there logs in anew.
    """
    logins, names = folder.beside().logins, dict[str, str]()
    fates: dict[str, Fetched] = dict.fromkeys((*request.addresses.values(), *logins), "none")
    for place, path in logins.items():
        fates[place] = "gone"
        for socket in process.sockets_of(path):
            name = socket_name(request, place, socket.name.partition("-")[2])
            with suppress(OSError):
                socket.rename(control / name)
                names[name] = place
                fates[place] = "there" if process.login_is_there(control / name) else "ended"
    (control / _LIST).write_text("".join(f"{name} {place}\n" for name, place in names.items()))
    return fates


def fetched_words(fates: Mapping[str, Fetched]) -> Iterator[str]:
    """For the log of a worker, a line for each place."""
    yield from (f"{place} {_WORDS[fate]}" for place, fate in fates.items())


def early_words(places: Iterable[str]) -> Iterator[str]:
    """For the log of a worker: what `end` returned."""
    yield from (f"{place}: the login of the visit had ended before the run did" for place in places)


def socket_name(request: AttemptRequest, place: str, of_ssh: str) -> str:
    """The name of the socket of a place. Hosts behind different jump hosts can have one address: each way has its own."""
    numbers = {way: number for number, way in enumerate(sorted(request.ways))}
    return f"{numbers[place]}-{of_ssh}" if place in numbers else of_ssh


def end(folder: AttemptFolder) -> list[str]:
    """End them: they are no processes of the run, so nobody else does. Returns the places whose login had ended before."""
    control, places = folder.control(), dict[Path, str]()
    with suppress(OSError):
        if control is not None:
            lines = (control / _LIST).read_text().splitlines()
            places = {control / name: place for name, _, place in (line.partition(" ") for line in lines)}
    return [places[path] for path in process.end_logins(places)]
