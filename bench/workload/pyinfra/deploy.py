"""The twelve tasks as pyinfra operations."""

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import files, server

RELEASE = "/opt/orders/releases/2.0"

server.group(name="Group of the service", group="orders", system=True, _sudo=True)
server.user(
    name="User of the service",
    user="orders",
    group="orders",
    system=True,
    home="/var/lib/orders",
    create_home=False,
    ensure_home=False,
    _sudo=True,
)
files.directory(
    name="Directory of the release", path=RELEASE, user="root", group="root", mode="755", _sudo=True
)
files.directory(
    name="Directory of its data",
    path="/var/lib/orders",
    user="orders",
    group="orders",
    mode="750",
    _sudo=True,
)
files.put(
    name="Artefact",
    src=host.data.project + "/dml/orders-2.0.bin",
    dest=f"{RELEASE}/orders.bin",
    user="root",
    group="root",
    mode="644",
    _sudo=True,
)
files.template(
    name="Configuration",
    src=host.data.project + "/templates/orders.conf.j2",
    dest="/etc/orders/orders.conf",
    user="root",
    group="orders",
    mode="640",
    version="2.0",
    inventory_hostname=host.name,
    workers=4,
    release=RELEASE,
    _sudo=True,
)
files.put(
    name="Service script",
    src=host.data.project + "/files/orders-serve",
    dest="/usr/local/bin/orders-serve",
    user="root",
    group="root",
    mode="755",
    _sudo=True,
)
files.line(
    name="Limit of open files",
    path="/etc/orders/limits.conf",
    line="^nofile=.*",
    replace="nofile=4096",
    _sudo=True,
)
host.get_fact(File, path=f"{RELEASE}/orders.bin", _sudo=True)
server.shell(name="The artefact is whole", commands=[f"test -s {RELEASE}/orders.bin"], _sudo=True)
files.link(name="Present release", path="/opt/orders/current", target=RELEASE, _sudo=True)
server.shell(name="Start", commands=["/usr/local/bin/orders-serve start"], _sudo=True)
