"""Words of printed commands: quoted where a shell would read them otherwise."""

import re
from shlex import quote

from orchestrator.domain.text.plain_text import plain

_BARE = re.compile(r"[\w@%+=:,./-]+")
_QUOTED = re.compile(r"[^\"$`\\!]*")


def command_word(text: str) -> str:
    """The text as one word of a command that a person can copy, such as `"change manager"`."""
    shown = plain(text)
    if _BARE.fullmatch(shown):
        return shown
    return f'"{shown}"' if _QUOTED.fullmatch(shown) else quote(shown)
