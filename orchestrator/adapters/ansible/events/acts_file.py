"""The file in which a run writes down what it does on other hosts, read back (in_run/acts.py writes it)."""

from collections.abc import Iterator
from contextlib import suppress

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.events.event_stream import fold
from orchestrator.adapters.ansible.events.opens_file import opened_files
from orchestrator.domain.evidence.acted_on import ActedOn, joined
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.run_evidence import RunEvidence
from orchestrator.domain.text.foreign_json import read_object
from orchestrator.domain.text.plain_text import plain


def evidence_of(folder: AttemptFolder, request: AttemptRequest) -> RunEvidence:
    """The evidence of a run: its events, what it did on other hosts, and what it read that nobody approved."""
    content = folder.acts.read_bytes() if folder.acts.exists() else b""
    acts = joined(_acts(content, {place: host for host, place in request.fleet.items()}))
    return fold(folder.events(), folder.nonce()).model_copy(
        update={"acted_on": acts, "opened": opened_files(folder, request)}
    )


def _acts(content: bytes, names: dict[str, str]) -> Iterator[ActedOn]:
    """A line that is cut is of a task that did not act: it was stopped before."""
    for line in content.split(b"\n"):
        with suppress(ValueError, KeyError):
            fields = {name: plain(str(value)) for name, value in read_object(line).items()}
            yield ActedOn(host=_host(fields, names), by=(fields["by"],), task=fields["task"])


def _host(fields: dict[str, str], names: dict[str, str]) -> str:
    """The host of the deployment at the place; else what the playbook calls it, where it goes by that name."""
    place = fields["place"]
    if place == "connection local":
        return "localhost"
    return names.get(place) or (fields["acting"] if fields["acting"] != fields["by"] else place)
