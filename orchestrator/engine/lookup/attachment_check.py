"""Attached files as they are in the store now: each is read and compared with the digest on the journal."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from orchestrator.engine.attachment_ports import Attachments
from orchestrator.errors import NotFound, StoreFault
from orchestrator.policy.telling.attached_files import AttachedFile

AttachmentState = Literal["good", "missing", "damaged"]


class CheckedFile(NamedTuple):
    """One attached file: `damaged` is what cannot be read, or is not what was attached; `trouble` says why."""

    attached: AttachedFile
    state: AttachmentState
    trouble: str = ""


def checked_files(
    store: Attachments,
    files: Iterable[AttachedFile],
    use: Callable[[AttachedFile, bytes], None] | None = None,
) -> list[CheckedFile]:
    """The state of each file, one after the other; `use` is given each good one with its content. Raises what `use` raises."""
    checked = []
    for attached in files:
        try:
            content = store.read(attached.file.sha256)
        except NotFound as error:
            checked.append(CheckedFile(attached, "missing", str(error)))
            continue
        except StoreFault as error:
            checked.append(CheckedFile(attached, "damaged", str(error)))
            continue
        if use is not None:
            use(attached, content)
        checked.append(CheckedFile(attached, "good"))
    return checked
