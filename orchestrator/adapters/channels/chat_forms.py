"""The forms in which Slack and Teams take messages by incoming webhook; both show the text as it is, without markup."""

from pydantic import JsonValue

from orchestrator.engine.messaging_ports import MessageText

SLACK_LIMIT = 3000
"""Characters in a block (docs.slack.dev, text object)."""
TEAMS_LIMIT = 20_000
"""Characters, so that a card stays below the 28 kB of a message (learn.microsoft.com, limits of Teams)."""


def slack_form(text: MessageText) -> dict[str, JsonValue]:
    """A block of type `plain_text`, which Slack does not read as markup; `text` is for notifications, and escaped."""
    whole = f"{text.subject}\n\n{text.body}"[:SLACK_LIMIT]
    block: JsonValue = {"type": "section", "text": {"type": "plain_text", "text": whole, "emoji": False}}
    escaped = text.subject.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": escaped, "blocks": [block]}


def teams_form(text: MessageText) -> dict[str, JsonValue]:
    """An adaptive card of text runs, which do not read markdown (a text block does)."""
    lines: list[JsonValue] = [_line(text.subject, weight="bolder")]
    lines += [_line(line) for line in text.body[: TEAMS_LIMIT // 4].splitlines() if line.strip()]
    card: JsonValue = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": lines,
    }
    attachment: JsonValue = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _line(text: str, weight: str = "default") -> JsonValue:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, "weight": weight}]}
