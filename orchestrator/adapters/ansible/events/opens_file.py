"""The file in which a run writes down what it opens outside of what was approved, read back (in_run/opens.py writes it)."""

from collections.abc import Iterator
from contextlib import suppress

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.domain.evidence.attempt import AttemptRequest
from orchestrator.domain.evidence.opened_file import OpenedFile, each_once, in_any
from orchestrator.domain.text.foreign_json import read_object
from orchestrator.domain.text.model_base import Many
from orchestrator.domain.text.plain_text import plain

_LONGEST = 1024


def opened_files(folder: AttemptFolder, request: AttemptRequest) -> Many[OpenedFile]:
    """What the run opened, without what the check of the plan had named."""
    content = folder.opens.read_bytes() if folder.opens.exists() else b""
    is_foreseen = in_any(request.foreseen)
    return each_once(file for file in _files(content) if not is_foreseen(file.path))


def _files(content: bytes) -> Iterator[OpenedFile]:
    """A line that is cut is of a file that was not opened: the process was stopped before."""
    for line in content.split(b"\n"):
        with suppress(ValueError, KeyError):
            fields = read_object(line)
            yield OpenedFile(
                path=plain(str(fields["path"]), _LONGEST),
                task=plain(str(fields["task"])),
                by=plain(str(fields["host"])),
            )
