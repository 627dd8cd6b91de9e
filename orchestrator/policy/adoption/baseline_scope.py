"""The baseline that a proposal proves its backout with: what the playbook changes, without what changes by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from orchestrator.domain.adoption.tree_reading import Change
from orchestrator.policy.adoption.proposal import Proposal
from orchestrator.policy.adoption.yaml_words import entries, word

_BY_ITSELF = re.compile(r"^/var/(?:lib|log|cache|spool|opt|www)/")
_OTHERS_HOME = "~"


def scope_text(proposal: Proposal) -> str:
    """The section `baseline`, with the folder in which the copy is kept."""
    changes = proposal.reading.named("file", "folder", "tree")
    kept = f"/var/lib/orch-kept/{proposal.choice.name}"
    files = [
        *_outermost(_pattern(change) for change in changes if not change.name.startswith(_OTHERS_HOME)),
        kept,
    ]
    moving = left_out(proposal)
    units = [change.name for change in proposal.reading.named("unit")]
    sysctl = [change.name for change in proposal.reading.named("sysctl")]
    text = "  baseline:\n    files:\n" + entries(files, 6)
    if moving:
        text += "    # What a service writes by itself is left out; take an entry away to have it compared.\n    exclude:\n"
        # `FOLDER/*` is all below it, and not the folder itself: whether that is there is compared.
        text += entries([f"{name}/*" for name in _outermost(moving)], 6)
    if units:
        text += f"    units: [{', '.join(map(word, units))}]\n"
    if sysctl:
        text += f"    sysctl: [{', '.join(map(word, sysctl))}]\n"
    servers = dict.fromkeys(gap.server for gap in proposal.reading.gaps if gap.server is not None)
    if servers:
        text += "    commands:\n"
        for each in servers:
            folders = " ".join(each.folders)
            text += f'      - {{name: {word(each.item)}, run: "ls -d {folders} || true"}}\n'
    return text


def left_out(proposal: Proposal) -> list[str]:
    """Folders of which only the folder itself is compared: what is in them changes by itself."""
    return [change.name for change in proposal.reading.named("file", "folder", "tree") if _moves(change)]


def _moves(change: Change) -> bool:
    return change.kind == "folder" and bool(_BY_ITSELF.match(change.name))


def _pattern(change: Change) -> str:
    return re.sub(r"\{\{.*?\}\}", "*", change.name)


def _outermost(names: Iterable[str]) -> list[str]:
    """Without what lies below another: a folder stands for all that is in it."""
    once = list(dict.fromkeys(names))
    known = set(once)
    return [name for name in once if not any(str(above) in known for above in PurePosixPath(name).parents)]
