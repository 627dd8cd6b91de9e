"""Write files whole or not at all."""

import os
import tempfile
from pathlib import Path

from orchestrator.errors import StoreFault


def write_whole(path: Path, content: str | bytes, *, for_all: bool = False) -> None:
    """Write the file whole or not at all, for its owner alone unless it is `for_all` to read. Raises StoreFault."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode("utf-8") if isinstance(content, str) else content)
            Path(name).chmod(0o644 if for_all else 0o600)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreFault(
            f"{path} could not be written: {error.strerror}; name a file in a folder that can be."
        ) from None
