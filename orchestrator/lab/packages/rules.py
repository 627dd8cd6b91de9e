"""What the proxy fetches, and from where; pure.

Hosts ask for `http` addresses, whatever the machine's source has: only so a proxy sees what is asked for and can keep it.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

PORT = 3142
_SCHEMES = ("http", "https")
_PLAIN = re.compile(r"http://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._~+:%=@,-]*)*\Z")
# Debian never changes a file of the pool, nor one that is named by its digest.
_UNCHANGING = re.compile(r"/pool/.*\.(?:deb|udeb|dsc|tar\.[a-z0-9]+)\Z|/by-hash/[A-Za-z0-9]+/[0-9a-f]+\Z")


class Listening(BaseModel):
    """A place at which hosts ask: the address of one of the lab's bridges. `space` as in cabling.Bridge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    space: str | None
    bridge: str
    address: str
    network: str


class ProxyOrder(BaseModel):
    """What a proxy is started with; `sources` are the addresses of the machine's repositories, `proxies` by scheme."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    listening: tuple[Listening, ...]
    sources: tuple[str, ...]
    proxies: dict[str, str]
    authorities: str | None
    cache: str
    ready: str


def repositories(indexes: Sequence[str]) -> tuple[str, ...]:
    """The addresses of the repositories in lines of sources, those that are reached over the network."""
    addresses = [line.split()[1].rstrip("/") + "/" for line in indexes]
    return tuple(dict.fromkeys(each for each in addresses if urlsplit(each).scheme in _SCHEMES))


def for_hosts(index: str) -> str:
    """The line of a source as hosts get it."""
    kind, address, *rest = index.split()
    return " ".join([kind, _asked_for(address), *rest])


def upstream(asked: str, sources: Sequence[str]) -> str | None:
    """Where to fetch what a host asks for; None where it is of no source, or is written so that it could be of another."""
    if not _PLAIN.match(asked) or ".." in asked or "%2e" in asked.lower() or "%2f" in asked.lower():
        return None
    for source in sources:
        if asked.startswith(_asked_for(source)):
            return source + asked.removeprefix(_asked_for(source))
    return None


def is_unchanging(address: str) -> bool:
    """Whether the file is the same for ever, so that it is kept."""
    return bool(_UNCHANGING.search(address))


def proxies_of(settings: dict[str, str], environment: dict[str, str]) -> dict[str, str]:
    """The machine's own proxy for each scheme, as apt finds it: its setting before the environment (apt-transport-http(1))."""
    proxies = {}
    for scheme in _SCHEMES:
        proxy = settings.get(f"acquire::{scheme}::proxy") or environment.get(f"{scheme}_proxy", "")
        if proxy and proxy.upper() != "DIRECT":
            proxies[scheme] = proxy
    return proxies


def apt_sources(indexes: Sequence[str]) -> str:
    """/etc/apt/sources.list of a host."""
    return "".join(f"{line}\n" for line in dict.fromkeys(map(for_hosts, indexes)))


def apt_settings(gateway: str, machine: str) -> str:
    """apt's settings on a host: the lab's proxy and nothing else, and what the base says of dates and languages."""
    kept = [
        line for line in machine.splitlines() if line.startswith(("Acquire::Check-", "Acquire::Languages"))
    ]
    proxy = f'Acquire::http::Proxy "http://{gateway}:{PORT}";'
    # The proxy fetches a file whole before it answers; the lists of packages are large beside a host's disk.
    return "\n".join([proxy, 'Acquire::http::Timeout "300";', 'Acquire::GzipIndexes "true";', *kept]) + "\n"


def _asked_for(address: str) -> str:
    return re.sub(r"\Ahttps?://", "http://", address)
