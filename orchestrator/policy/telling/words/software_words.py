"""The software that a driver ran with, in words."""

from collections.abc import Iterator, Sequence

from orchestrator.domain.evidence.run_software import FoundBy, RunSoftware
from orchestrator.domain.journal.events import DriverTook
from orchestrator.domain.text.plain_text import plain

FOUND: dict[FoundBy, str] = {
    "named": "as it was named",
    "active": "of the active virtual environment",
    "path": "of the PATH",
    "own": "orch's own",
    "image": "of an image",
}
_LONGEST = 200


def software_words(event: DriverTook) -> Iterator[str]:
    """The versions, then the installation of Ansible, then the collections; nothing where none of it is on record."""
    if event.software:
        yield ", ".join(f"{name} {version}" for name, version in event.software.items())
    ansible = event.ansible
    if ansible is not None:
        where = f"{ansible.image}: " if ansible.image else ""
        python = f"{where}{plain(ansible.python, _LONGEST)} (Python {ansible.python_version})"
        yield f"Ansible is {FOUND[ansible.source]}: {python}"
    if event.collections:
        yield "collections " + ", ".join(each.words for each in event.collections)


def changed_words(drivers: Sequence[RunSoftware], event: DriverTook) -> Iterator[str]:
    """What a driver goes on with that is another than before, a line each; `drivers` are those of the deployment, in order."""
    now = RunSoftware.of_valid(versions=event.software, ansible=event.ansible, collections=event.collections)
    place = drivers.index(now) if now in drivers else 0
    if place == 0:
        return
    before = drivers[place - 1]
    pairs = [
        ("orch", before.versions.get("orch", ""), now.versions.get("orch", "")),
        ("ansible-core", before.core, now.core),
        ("Python", before.python, now.python),
    ]
    was = {each.name: each.words for each in before.collections}
    pairs += [(each.name, was.get(each.name, "none"), each.words) for each in now.collections]
    for name, old, new in pairs:
        if old != new and old and new:
            yield f"goes on with {new if name in new else f'{name} {new}'}, before {old}"
    if before.ansible and now.ansible and before.ansible.python != now.ansible.python:
        python, old = plain(now.ansible.python, _LONGEST), plain(before.ansible.python, _LONGEST)
        yield f"goes on with the Ansible of {python}, before {old}"
