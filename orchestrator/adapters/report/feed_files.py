"""The feed as Atom (RFC 4287) and as JSON Feed 1.1 (jsonfeed.org). All text is plain, and legible.

Equal items give equal files, byte for byte: the time of a feed is that of its newest item.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_OID, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from orchestrator.adapters.report.legible import legible
from orchestrator.policy.telling.feed import FeedItem

TITLE = "Deployments"
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def atom_feed(items: Sequence[FeedItem]) -> str:
    """The feed as Atom; `category` is result or planned."""
    feed = Element("feed", {"xmlns": _ATOM})
    _text(feed, "id", _id("feed", ""))
    _text(feed, "title", TITLE)
    _text(feed, "updated", _utc(max((item.changed for item in items), default=_NEVER)))
    _text(SubElement(feed, "author"), "name", "orch")
    for item in items:
        entry = SubElement(feed, "entry")
        _text(entry, "id", _id(item.kind, item.deployment))
        _text(entry, "title", item.title)
        _text(entry, "updated", _utc(item.changed))
        SubElement(entry, "category", {"term": item.kind})
        _text(entry, "content", item.text)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{tostring(feed, encoding='unicode')}\n"


def json_feed(items: Sequence[FeedItem]) -> str:
    """The feed as JSON; what programs need of an item is in `_orch`, an extension as the format has them."""
    listed = [
        {
            "id": _id(item.kind, item.deployment),
            "title": legible(item.title),
            "content_text": legible(item.text),
            "date_modified": _utc(item.changed),
            "tags": [item.kind],
            "_orch": item.model_dump(mode="json", include={"kind", "deployment", "state", "starts", "ends"}),
        }
        for item in items
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": TITLE, "items": listed}
    return json.dumps(feed, indent=1, ensure_ascii=False) + "\n"


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = legible(text)


def _id(kind: str, deployment: str) -> str:
    """A name that stays with the item: a result and the planned date of one deployment are two items."""
    return f"urn:uuid:{uuid5(NAMESPACE_OID, f'orch {kind} {deployment}')}"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
