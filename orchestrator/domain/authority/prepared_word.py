"""A word that waits for a signature in a browser: what exactly is to be signed, whose it is, and until when it counts."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from orchestrator.domain.text.model_base import Moment, Noun, Sha256

PATIENCE = timedelta(minutes=5)
"""How long a person may take from what they are shown to their signature."""

Number = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class PreparedWord(Noun):
    """What a page showed to a person, kept by the service until they sign it; good once, and for their session alone.

    `session`: the digest of the session. `about`: what the page was for, such as `word abort`. `fields`: the form as it was
    filled in, from which the event is made again. `statement`: the statement as JSON, of which the payload follows.
    """

    number: Number
    session: Sha256
    person: str
    deployment: str
    about: str
    fields: dict[str, list[str]]
    statement: str
    until: Moment
