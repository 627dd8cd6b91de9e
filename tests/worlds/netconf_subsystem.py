"""A netconf 1.0 server as sshd starts it for each session: `python3 netconf_subsystem.py FOLDER`, a session on its pipes.

The folder is the device: `running.xml` and `candidate.xml` are its configuration, `serial` its number, `lock` who has the lock.
What is in `forgets` it does not keep at a commit, after which `replaced-by`, where it is there, is its number. Each
operation of a client is a line of `operations`. All that a session may send is bounded.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

NETCONF = "urn:ietf:params:xml:ns:netconf:base:1.0"
OWN = "urn:example:edge"
CAPABILITIES = (
    "urn:ietf:params:netconf:base:1.0",
    "urn:ietf:params:netconf:capability:candidate:1.0",
    "urn:ietf:params:netconf:capability:validate:1.0",
    OWN,
)
END = b"]]>]]>"
MOST_BYTES, MOST_MESSAGES = 65_536, 500
DATASTORES = ("running", "candidate")


class Denied(Exception):
    """An operation that is refused; the tag of its error."""


class Device:
    """What is kept between sessions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session = str(os.getpid())

    def configuration(self, datastore: str) -> Element:
        """What is configured there; a candidate that nobody edited is what runs."""
        candidate = self.folder / "candidate.xml"
        edited = datastore == "candidate" and candidate.exists()
        return ElementTree.parse(candidate if edited else self.folder / "running.xml").getroot()

    def edit(self, target: str, changes: Element) -> None:
        """Merge into the candidate; what runs cannot be edited."""
        if target != "candidate":
            raise Denied("operation-not-supported")
        edited = self.configuration("candidate")
        merge(edited, changes)
        self.write("candidate.xml", edited)

    def commit(self) -> None:
        """What the candidate has runs, but for what is forgotten."""
        candidate, running = self.configuration("candidate"), self.configuration("running")
        for name in self.words("forgets"):
            for there, kept in zip(
                candidate.iter(f"{{{OWN}}}{name}"), running.iter(f"{{{OWN}}}{name}"), strict=True
            ):
                there.text = kept.text
        self.write("running.xml", candidate)
        self.discard()
        for serial in self.words("replaced-by"):
            (self.folder / "serial").write_text(serial)

    def discard(self) -> None:
        """The candidate is what runs."""
        (self.folder / "candidate.xml").unlink(missing_ok=True)

    def lock(self) -> None:
        """Raises Denied where another session has it."""
        try:
            descriptor = os.open(self.folder / "lock", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError as exists:
            raise Denied("lock-denied") from exists
        os.write(descriptor, self.session.encode())
        os.close(descriptor)

    def unlock(self) -> None:
        """Where this session has it."""
        if self.words("lock") == [self.session]:
            (self.folder / "lock").unlink()

    def words(self, name: str) -> list[str]:
        """The words of a file, which need not be there."""
        file = self.folder / name
        return file.read_text().split() if file.exists() else []

    def write(self, name: str, root: Element) -> None:
        """Whole, or not at all."""
        new = self.folder / f"{name}.{self.session}"
        new.write_bytes(ElementTree.tostring(root))
        new.replace(self.folder / name)


def merge(into: Element, changes: Element) -> None:
    """Leaves are set, what is not there is added."""
    for change in changes:
        there = into.find(change.tag)
        if there is None:
            into.append(change)
        elif len(change):
            merge(there, change)
        else:
            there.text = change.text


def chosen(have: Element, wanted: Element) -> Element:
    """A subtree as a filter chooses it: all of it where the filter says no more."""
    if not len(wanted):
        return have
    part = Element(have.tag)
    for each in have:
        part.extend(chosen(each, want) for want in wanted if want.tag == each.tag)
    return part


def name_of(element: Element) -> str:
    """Without its namespace."""
    return element.tag.rpartition("}")[2]


def datastore(operation: Element, role: str) -> str:
    """The one that an operation names as its `source` or `target`."""
    place = operation.find(f"{{{NETCONF}}}{role}")
    name = "running" if place is None or not len(place) else name_of(place[0])
    if name not in DATASTORES:
        raise Denied("invalid-value")
    return name


def answered(device: Device, operation: Element, reply: Element) -> None:
    """Do it, and write the answer. Raises Denied."""
    name = name_of(operation)
    if name in ("get", "get-config"):
        have = device.configuration(datastore(operation, "source"))
        if name == "get":
            SubElement(have[0], f"{{{OWN}}}serial").text = device.words("serial")[0]
        wanted = operation.find(f"{{{NETCONF}}}filter")
        data = SubElement(reply, f"{{{NETCONF}}}data")
        data.extend(have if wanted is None else chosen(have, wanted))
        return
    if name == "edit-config":
        changes = operation.find(f"{{{NETCONF}}}config")
        device.edit(datastore(operation, "target"), Element("none") if changes is None else changes)
    elif name in ("commit", "lock", "unlock"):
        getattr(device, name)()
    elif name == "discard-changes":
        device.discard()
    elif name not in ("validate", "close-session"):
        raise Denied("operation-not-supported")
    SubElement(reply, f"{{{NETCONF}}}ok")


def reply_to(device: Device, request: Element) -> Element:
    """With an error where the operation is refused."""
    reply = Element(f"{{{NETCONF}}}rpc-reply", request.attrib)
    try:
        answered(device, request[0], reply)
    except Denied as denied:
        error = SubElement(reply, f"{{{NETCONF}}}rpc-error")
        for name, text in (("type", "protocol"), ("tag", str(denied)), ("severity", "error")):
            SubElement(error, f"{{{NETCONF}}}error-{name}").text = text
    return reply


def hello(session: str) -> Element:
    """What this server can do."""
    greeting = Element(f"{{{NETCONF}}}hello")
    offered = SubElement(greeting, f"{{{NETCONF}}}capabilities")
    for uri in CAPABILITIES:
        SubElement(offered, f"{{{NETCONF}}}capability").text = uri
    SubElement(greeting, f"{{{NETCONF}}}session-id").text = session
    return greeting


def received() -> Element | None:
    """The next message; None at the end, and where it is too long."""
    text = b""
    while not text.endswith(END) and len(text) < MOST_BYTES:
        byte = sys.stdin.buffer.read(1)
        if not byte:
            return None
        text += byte
    return ElementTree.fromstring(text.removesuffix(END).strip()) if text.endswith(END) else None


def send(message: Element) -> None:
    """One message, ended as netconf 1.0 does."""
    sys.stdout.buffer.write(ElementTree.tostring(message, xml_declaration=True, encoding="utf-8") + END)
    sys.stdout.buffer.flush()


def serve(device: Device) -> None:
    """One session, to its end."""
    send(hello(device.session))
    received()
    for _ in range(MOST_MESSAGES):
        request = received()
        if request is None:
            return
        name = name_of(request[0])
        with (device.folder / "operations").open("a") as operations:
            operations.write(f"{name}\n")
        send(reply_to(device, request))
        if name == "close-session":
            return


if __name__ == "__main__":
    ElementTree.register_namespace("nc", NETCONF)
    own = Device(Path(sys.argv[1]))
    try:
        with suppress(BrokenPipeError, ElementTree.ParseError):
            serve(own)
    finally:
        own.unlock()
        # What a session left half done is not done: as with all devices that have a candidate of each session's own.
        own.discard()
