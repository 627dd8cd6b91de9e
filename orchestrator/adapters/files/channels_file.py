"""The file of channels: of the house, else of the home."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.files.noun_file import bytes_of, noun_of
from orchestrator.domain.plan.loaded_file import LoadedFile
from orchestrator.domain.rules.channels import HouseChannels

CHANNELS = "channels.yml"


def load_channels(path: Path | str) -> LoadedFile[HouseChannels]:
    """The channels that a file defines. Raises NotFound, PlanFault with every fault."""
    return noun_of(str(path), bytes_of(str(path), "file of channels"), HouseChannels)


def known_channels(places: Iterable[Path]) -> LoadedFile[HouseChannels] | None:
    """Those of the first of these folders that has the file; None where none has. Raises PlanFault."""
    file = next((place / CHANNELS for place in places if (place / CHANNELS).is_file()), None)
    return None if file is None else load_channels(file)
