"""Documents as PDF, laid out by typst, which is an extra. Texts go to it as JSON and never as markup."""

import json
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from orchestrator.adapters.extras import to_install
from orchestrator.adapters.report.document import Attached, Chart, Document, Fact, Section, Table, pieces
from orchestrator.adapters.report.legible import legible
from orchestrator.adapters.report.templating import TEMPLATES
from orchestrator.errors import MachineLacks

TEMPLATE = "document.typ"
_UNSHOWABLE = re.compile(
    "[^\t\n\x20-\x7e\u00a0-\u024f\u0300-\u0304\u0308\u0370-\u03ff\u0400-\u045f\u1e00-\u1eff\u2010-\u2026\u20ac\u2190-\u2193\ufffd]"
)
"""Characters that the fonts in typst itself may lack."""

Shown = Callable[[str], str]


def pdf_of(document: Document) -> bytes:
    """The PDF, tagged. Raises MachineLacks without the extra.

    Where no font on this machine has a character, it is written by its number: PDF/A has no place for an empty box.
    """
    try:
        import typst
    except ImportError:
        raise MachineLacks(
            "A PDF is made by typst, which is not installed here. Install it where orch is: "
            f"{to_install('pdf')}. The page (--html FILE) needs nothing more, and prints well."
        ) from None
    with tempfile.TemporaryDirectory(prefix="orch-pdf-") as folder:
        place = Path(folder)
        (place / TEMPLATE).write_bytes((TEMPLATES / TEMPLATE).read_bytes())

        def laid_out(shown: Shown) -> bytes:
            (place / "document.json").write_text(json.dumps(_data(document, shown)), encoding="ascii")
            if document.attached is not None:
                (place / document.attached.name).write_bytes(document.attached.content)
            # Archivable and accessible. A-3 is the one to which a file can be attached, such as a sealed record.
            return typst.compile(
                str(place / TEMPLATE),
                root=folder,
                format="pdf",
                pdf_standards=["a-3a", "ua-1"],
                timestamp=int(document.made_at.timestamp()),
            )

        try:
            return laid_out(str)
        except typst.TypstError:
            # Some character has no glyph; whatever else it may be comes again.
            return laid_out(numbered)


def numbered(text: str) -> str:
    """Each character that may have no glyph by its number, such as `<U+65E5>`."""
    return _UNSHOWABLE.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def _data(document: Document, shown: Shown) -> dict[str, Any]:
    def parts(text: str) -> list[str]:
        return pieces(shown(text))

    made = f"Made from {document.made_from} on {document.made_at:%Y-%m-%d %H:%M:%S} UTC. {document.times}"
    return {
        "kind": parts(document.kind),
        "title": parts(document.title),
        "name": parts(document.name),
        "tone": document.tone,
        "state": parts(document.state),
        "words": [parts(sentence) for sentence in document.words],
        "facts": _facts(document.facts, parts),
        "sections": [_section(section, parts) for section in document.sections],
        "made": parts(made),
        "digest": parts(document.digest),
        "attached": _attached(document.attached, shown) if document.attached is not None else None,
    }


def _attached(file: Attached, shown: Shown) -> dict[str, str]:
    return {"name": file.name, "type": file.media_type, "words": shown(legible(file.words))}


Parts = Callable[[str], list[str]]


def _section(section: Section, parts: Parts) -> dict[str, Any]:
    sheet = section.table if section.table is not None and section.table.rows else None
    return {
        "level": section.level,
        "title": parts(section.title),
        "lines": [parts(line) for line in section.lines],
        "facts": _facts(section.facts, parts),
        "table": _table(sheet, parts) if sheet is not None else None,
        "chart": _chart(section.chart, parts) if section.chart is not None else None,
        "nothing": parts(section.nothing) if section.empty else None,
    }


def _chart(chart: Chart, parts: Parts) -> dict[str, Any]:
    return {
        "svg": chart.svg,
        "alt": chart.alt,
        "legend": [{"colour": colour, "words": parts(words)} for colour, words in chart.legend],
        "caption": parts(chart.caption),
    }


def _facts(facts: Iterable[Fact], parts: Parts) -> list[dict[str, Any]]:
    return [{"name": parts(each.name), "lines": [parts(line) for line in each.lines]} for each in facts]


def _table(sheet: Table, parts: Parts) -> dict[str, Any]:
    return {
        "headings": [parts(heading) for heading in sheet.headings],
        "widths": list(sheet.widths),
        "rows": [[{"pieces": parts(cell)} for cell in row] for row in sheet.rows],
    }
