"""Events of the house: on a journal of its own (HOUSE), and in no deployment."""

from typing import Annotated, Literal

from pydantic import Field

from orchestrator.domain.authority.keyring_document import HouseId
from orchestrator.domain.authority.machine_release import SignedRelease
from orchestrator.domain.text.model_base import Many, Noun, Sha256, Text


class KeyringAdopted(Noun):
    """This store saw a newer version of the house's keyring; an older one, or another, is refused from now on."""

    kind: Literal["keyring_adopted"] = "keyring_adopted"
    house: HouseId
    version: Annotated[int, Field(ge=1)]
    digest: Sha256
    signed_by: Many[Text]
    by: Text


class MachineReleased(Noun):
    """A steward released a machine from the house: another house may deploy to it."""

    kind: Literal["machine_released"] = "machine_released"
    signed: SignedRelease
    by: Text
