"""The software that runs playbooks: which Ansible, under which Python, with which collections."""

from typing import Literal

from orchestrator.domain.text.model_base import Many, Noun, Text

FoundBy = Literal["named", "active", "path", "own", "image"]
"""An option, a variable or a setting; the active virtual environment; PATH; orch's own environment; an image of a plan or a
setting."""


class AnsibleUsed(Noun):
    """An installation of Ansible, as it was found: its Python and its ansible-playbook, with their versions.

    `image`: the image that it is in, by its digest; both paths are in there.
    """

    python: Text
    playbook: Text
    core_version: Text
    python_version: Text
    source: FoundBy
    image: str = ""


class CollectionUsed(Noun):
    """A collection that the playbooks name. `version`: as it says itself, empty where it says none; `place`: its folder."""

    name: Text
    version: str = ""
    place: Text

    @property
    def words(self) -> str:
        """Its name with its version."""
        return f"{self.name} {self.version or 'without a version'}"


class RunSoftware(Noun):
    """All of it. `versions`: of orch and what it brings, by name; `ansible`: None where that is not known."""

    versions: dict[str, Text] = {}
    ansible: AnsibleUsed | None = None
    collections: Many[CollectionUsed] = ()

    @property
    def core(self) -> str:
        """The version of ansible-core; empty where it is not known."""
        return self.ansible.core_version if self.ansible else self.versions.get("ansible-core", "")

    @property
    def python(self) -> str:
        """The version of the Python that runs Ansible; empty where it is not known."""
        return self.ansible.python_version if self.ansible else self.versions.get("python", "")


def series_of(version: str) -> str:
    """The first two numbers of a version, such as 2.19: ansible-core and Python mend within a series, and change between."""
    return ".".join(version.split(".")[:2])
