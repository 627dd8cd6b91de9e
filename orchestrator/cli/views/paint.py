"""Lines of the tree as coloured text for a terminal; text from targets is never read as markup."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from rich.console import Console
from rich.text import Text

from orchestrator.cli.views.tree import Line, Mark
from orchestrator.domain.deployment.deployment import Deployment, elapsed
from orchestrator.domain.text.format import counted, seconds_words
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.ends import Tone, tone_of
from orchestrator.policy.telling.next_moves import Move, next_moves
from orchestrator.policy.telling.summary import environment_words, plain_words, release_words
from orchestrator.policy.telling.words.policy_words import policy_name

STYLES: dict[Mark, str] = {
    "passed": "green",
    "failed": "bold red",
    "unknown": "bold magenta",
    "open": "cyan",
    "waiting": "yellow",
    "untouched": "dim",
    "undone": "yellow",
}
HEADLINES: dict[Tone, str] = {"good": "bold green", "care": "bold yellow", "bad": "bold red"}
SIGNS: dict[Mark, str] = {
    "passed": "✓",
    "failed": "✗",
    "unknown": "?",
    "open": "⠋",
    "waiting": "‖",
    "untouched": "·",
    "undone": "↩",
}
ASCII_SIGNS: dict[Mark, str] = {
    "passed": "+",
    "failed": "X",
    "unknown": "?",
    "open": "*",
    "waiting": "=",
    "untouched": ".",
    "undone": "<",
}
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ASCII_SPINNER = "|/-\\"
TITLE = 14
NARROWEST = 40
EDGE = 100
"""Where times end on a terminal that is wider, so that the eye finds from a step to its time; words may go on to the end."""


def speaks_unicode(console: Console) -> bool:
    """Whether the terminal's encoding can show the signs."""
    return console.encoding.lower().replace("-", "").startswith("utf")


def painted(
    lines: Sequence[Line], width: int, *, frame: int = 0, unicode: bool = True, whole: bool = False
) -> list[Text]:
    """Lines cut to the width: sign, title, words, and the time on the right; `whole` never cuts a reason."""
    hosts = max((len(line.title) for line in lines if line.host and line.title), default=0)
    width, hosts = max(width, NARROWEST), min(hosts, 24)
    texts: list[Text] = []
    for line in lines:
        first, *more = _wrapped(line, width, hosts) if whole and line.host else [line.words]
        texts.append(_line(replace(line, words=first), width, hosts, frame, unicode=unicode))
        texts += [Text(part) for part in more]
    return texts


def _wrapped(line: Line, width: int, hosts: int) -> list[str]:
    """The words over as many lines as they need, each below the first."""
    indent = " " * (2 * line.depth + 2 + (max(hosts, len(line.title)) + 1 if line.title else 0))
    first, *more = textwrap.wrap(line.words, max(width - len(indent), 20)) or [""]
    return [first, *(indent + part for part in more)]


def _line(line: Line, width: int, hosts: int, frame: int, *, unicode: bool) -> Text:
    took = (
        seconds_words(round(line.seconds, 0 if line.seconds >= 10 else 1)) if line.seconds is not None else ""
    )
    title_width = hosts if line.host else TITLE
    left = Text(no_wrap=True)
    left.append(f"{'  ' * line.depth}{sign(line.mark, frame, unicode=unicode)} ", STYLES[line.mark])
    if line.title:
        bold = "bold" if line.depth == 0 else "none"
        style = "dim" if line.mark == "untouched" else bold
        left.append(line.title.ljust(title_width) + " ", style)
    taken = left.cell_len + (len(took) + 1 if took else 0)
    words = Text(line.words, "dim" if line.mark == "untouched" else "none", no_wrap=True)
    room = min(width - taken, max(EDGE - taken, words.cell_len))
    words.truncate(max(1, room), overflow="ellipsis", pad=bool(took))
    left.append_text(words)
    if took:
        left.append(f" {took}", "dim")
    return left


def sign(mark: Mark, frame: int, *, unicode: bool) -> str:
    """The sign of a mark; the sign for work in progress turns with each frame."""
    if mark == "open":
        turning = SPINNER if unicode else ASCII_SPINNER
        return turning[frame % len(turning)]
    return (SIGNS if unicode else ASCII_SIGNS)[mark]


def header(d: Deployment, now: datetime, width: int) -> list[Text]:
    """Two lines: release, environment and strategy; then deployment, person and start."""
    strategy = (
        f"{d.plan.strategy.kind}, {counted(len(d.standings), 'host')} in {counted(len(d.waves), 'wave')}"
    )
    first = Text(no_wrap=True).append(_what(d), "bold")
    first.append(f"  {strategy}")
    began = f"{d.began_at.astimezone():%Y-%m-%d %H:%M:%S}"
    second = Text(no_wrap=True).append(f"{d.id}  by {plain(d.by, 40)}  {began}  ", "dim")
    second.append(f"{policy_name(d.authority.policy)}  ", "dim" if d.authority.policy else "yellow")
    seconds = elapsed(d.authority.opened_at, d.ended_at, now)
    if seconds is not None:
        second.append(seconds_words(round(seconds)), "bold")
    for text in (first, second):
        text.truncate(width, overflow="ellipsis")
    return [first, second, Text("")]


def _what(d: Deployment) -> str:
    if d.rehearsing.rehearsal is None:
        return f"{release_words(d)} to {environment_words(d)}"
    place = f"in {environment_words(d)}, for {plain(d.rehearsing.rehearsal.environment, 40)}"
    return f"rehearsal of {release_words(d)} {place} ({d.rehearsing.rehearsal.part})"


def footer(d: Deployment) -> list[Text]:
    """The result in plain words, and the possible next steps."""
    headline, *more = plain_words(d)
    lines = [Text(""), Text(headline, HEADLINES[tone_of(d.state)]), *(Text(sentence) for sentence in more)]
    lines += [Text(""), Text("next:", "dim")]
    return [*lines, *(_move(move) for move in next_moves(d))]


def _move(move: Move) -> Text:
    text = Text(overflow="fold").append(f"  {move.command}", "cyan")
    return text.append(f"  ({move.does})", "dim")


def write(console: Console, texts: Iterable[Text]) -> None:
    """Print lines as they are: no markup, no highlighting of numbers."""
    for text in texts:
        console.print(text, highlight=False, markup=False, soft_wrap=False)
