"""Where a long name, path or digest on a page may be broken, so that no word is broken and no page is wider than the screen."""

import re

LONGEST_WHOLE = 20
"""Letters and digits in a row that are never broken: longer ones are digests and labels."""
_PIECE = 16
_APART = re.compile(
    r"<style>.*?</style>|<title>.*?</title>|<svg.*?</svg>|<textarea.*?</textarea>|<[^>]*>", re.DOTALL
)
"""Tags, and elements whose text is in no paragraph or cell."""
_LONG = re.compile(rf"[^\s<>]{{{LONGEST_WHOLE + 1},}}")
_JOINT = re.compile(r"((?:&#?\w+;|[/._:@=,;?\\-])+)")


def breakable(page: str) -> str:
    """The page with `<wbr>` after each joint of a long run of characters, and in parts without one. Copied text has none."""
    parts, at = [], 0
    for apart in _APART.finditer(page):
        parts += [_LONG.sub(_broken, page[at : apart.start()]), apart.group()]
        at = apart.end()
    return "".join([*parts, _LONG.sub(_broken, page[at:])])


def _broken(run: re.Match[str]) -> str:
    parts = _JOINT.split(run.group())
    words, joints = parts[::2], parts[1::2]
    made = _pieces(words[0])
    for joint, word in zip(joints, words[1:], strict=True):
        # Not after what a run begins with: the slash of a path, a quotation mark.
        made += joint + ("<wbr>" if made and word else "") + _pieces(word)
    return made


def _pieces(word: str) -> str:
    if len(word) <= LONGEST_WHOLE:
        return word
    return "<wbr>".join(word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
