"""The hosts a deployment is aimed at, as the inventory resolves them."""

from orchestrator.domain.noun import HostName, Many, Noun, Port


class Target(Noun):
    """One host of the inventory, and how it is reached over ssh."""

    host: HostName
    address: str
    port: Port = 22
    user: str = "root"
    groups: Many[str] = ()
    private_key: str | None = None
    known_hosts: str | None = None
    python: str = "/usr/bin/python3"
