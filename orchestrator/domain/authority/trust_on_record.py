"""Who trusted the key that signed something, as it was when that was put on record."""

from typing import Annotated

from pydantic import Field

from orchestrator.domain.authority.signing import KeyId, ShownText
from orchestrator.domain.text.model_base import Many, Moment, Noun


class TrustOnRecord(Noun):
    """A key's owner and roles, and who trusted it when.

    `keyring`: the version of the house's signed keyring that lists it, and `signed_by` the stewards whose signatures were
    good; 0 and nobody where it comes from a folder of keys, which no steward signed.
    """

    key: KeyId
    person: ShownText
    roles: Many[ShownText]
    trusted_by: ShownText
    trusted_at: Moment
    house: str = ""
    keyring: Annotated[int, Field(ge=0)] = 0
    signed_by: Many[ShownText] = ()
