"""Where a long name, path or digest on a page may be broken, so that no word is broken and no page is wider than the screen."""

import re

LONGEST_WHOLE = 20
"""Letters and digits in a row that are never broken: longer ones are digests and labels."""
_PIECE = 16
_ELEMENTS = re.compile(
    r"<style>.*?</style>|<title>.*?</title>|<svg.*?</svg>|<textarea.*?</textarea>", re.DOTALL
)
"""Elements whose text is in no paragraph or cell."""
_LONG = re.compile(rf"[^\s<>]{{{LONGEST_WHOLE + 1},}}")
_JOINT = re.compile(r"((?:&#?\w+;|[/._:@=,;?\\-])+)")


def breakable(page: str) -> str:
    """The page with `<wbr>` after each joint of a long run of characters, and in parts without one. Copied text has none."""
    parts, at = [], 0
    for element in _ELEMENTS.finditer(page):
        parts += [_broken_text(page, at, element.start()), element.group()]
        at = element.end()
    return "".join([*parts, _broken_text(page, at, len(page))])


def _broken_text(page: str, begin: int, end: int) -> str:
    """This part of the page. Only long runs are looked at, for a page of thousands of hosts has far more tags than those."""
    parts, at = [], begin
    for run in _LONG.finditer(page, begin, end):
        if not _in_tag(page, begin, run):
            parts += [page[at : run.start()], _broken(run)]
            at = run.end()
    return "".join([*parts, page[at:end]])


def _in_tag(page: str, begin: int, run: re.Match[str]) -> bool:
    """Whether the run stands between < and >."""
    opened = page.rfind("<", begin, run.start())
    return opened > page.rfind(">", begin, run.start()) and page.find(">", run.end()) != -1


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
