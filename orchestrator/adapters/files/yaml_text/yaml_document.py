"""Reads the YAML 1.2 that plans may use: one document, text keys, no duplicates, aliases, anchors or tags, within limits.

It reads the parser's events one by one, so that limits hold at once, and constructs only text, numbers, booleans, null,
lists and mappings.
"""

from collections.abc import Iterator

from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from orchestrator.adapters.files.yaml_text.document import Document, DocumentPlace, Path, YamlTree, fault_at
from orchestrator.adapters.files.yaml_text.yaml_events import HIDDEN, Unreadable, events_of, text_of
from orchestrator.adapters.files.yaml_text.yaml_scalars import NotANumber, resolved

DEEPEST = 32
MOST_NODES = 10_000


def read_yaml(file: str, content: bytes) -> Document:
    """The document in these bytes, with every fault; never raises for any content."""
    document = Document(file=file)
    try:
        _Reader(document, events_of(file, text_of(file, content))).read()
    except Unreadable as unreadable:
        document.faults.append(unreadable.fault)
        document.faulty.add(())
    return document


class _Reader:
    def __init__(self, document: Document, events: Iterator[Event]) -> None:
        self._document = document
        self._events = events
        self._nodes = self._depth = self._documents = 0

    def read(self) -> None:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._start_document(event)
            elif isinstance(event, NodeEvent):
                self._document.tree = self._node(event, ())
        if not self._documents:
            raise self._unreadable(1, "a mapping", "an empty file", "write its sections")

    def _start_document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        line = event.start_mark.line + 1
        if self._documents > 1:
            raise self._unreadable(line, "one document", "a second one after `---`", "keep one in a file")
        if event.version not in (None, (1, 2)):
            raise self._unreadable(line, "YAML 1.2", "another version", "remove the %YAML line")

    def _node(self, event: NodeEvent, path: Path) -> YamlTree:
        self._count(event)
        self._document.places.setdefault(path, _place(event))
        self._refuse_markup(event, path)
        if isinstance(event, CollectionStartEvent):
            self._depth += 1
            tree = self._mapping(path) if isinstance(event, MappingStartEvent) else self._list(path)
            self._depth -= 1
            return tree
        return self._scalar(event, path) if isinstance(event, ScalarEvent) else None

    def _list(self, path: Path) -> YamlTree:
        items: list[YamlTree] = []
        for event in self._up_to_end():
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> YamlTree:
        mapping: dict[str, YamlTree] = {}
        for event in self._up_to_end():
            self._count(event)
            key = self._key_text(event, path)
            path_of_value = self._path_of_value(event, (*path, key), again=key in mapping)
            value = self._node(next(self._up_to_end()), path_of_value)
            mapping.setdefault(key, value)
        return mapping

    def _up_to_end(self) -> Iterator[NodeEvent]:
        """The nodes of a collection, each of which must be read whole before the next."""
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                return
            if isinstance(event, NodeEvent):
                yield event

    def _count(self, event: NodeEvent) -> None:
        self._nodes += 1
        line = event.start_mark.line + 1
        if self._nodes > MOST_NODES:
            raise self._unreadable(line, f"at most {MOST_NODES} values", "more", "shorten the file")
        if isinstance(event, CollectionStartEvent) and self._depth >= DEEPEST:
            raise self._unreadable(line, f"at most {DEEPEST} levels of nesting", "more", "nest less deeply")

    def _path_of_value(self, event: NodeEvent, path: Path, *, again: bool) -> Path:
        if again:
            earlier = self._document.places[path].line
            finding = f"`{path[-1]}` again (first in line {earlier})"
            self._fault(event, path, "each key once", finding, "remove one of the two")
            # The value is read, so that its faults show, and dropped.
            path = (*path, "")
            self._document.faulty.add(path)
        self._document.places.setdefault(path, _place(event))
        return path

    def _key_text(self, event: NodeEvent, path: Path) -> str:
        line = event.start_mark.line + 1
        if not isinstance(event, ScalarEvent):
            finding = "a mapping or a list" if isinstance(event, CollectionStartEvent) else "an alias"
            raise self._unreadable(line, "text as a key", finding, "put text with braces in quotes", path)
        self._refuse_markup(event, path)
        self._refuse_hidden(event, str(event.value), path)
        if _is_plain(event):
            self._refuse_odd_key(event, path)
        return str(event.value)

    def _refuse_odd_key(self, event: ScalarEvent, path: Path) -> None:
        text = str(event.value)
        if text == "<<":
            self._fault(event, path, "plain keys", "the merge key `<<`", "write the keys out")
            self._document.faulty.add((*path, text))
        elif not isinstance(_resolved_or_none(text), str):
            self._fault(event, path, "text as a key", f"`{text}`", f'put it in quotes: "{text}"')
            self._document.faulty.add((*path, text))

    def _scalar(self, event: ScalarEvent, path: Path) -> YamlTree:
        text = str(event.value)
        self._refuse_hidden(event, text, path)
        if not _is_plain(event):
            return text
        self._document.spelled[path] = text
        try:
            return resolved(text)
        except NotANumber as wrong:
            self._fault(event, path, str(wrong), f"`{text[:60]}`", wrong.way_out)
            self._document.faulty.add(path)
            return None

    def _refuse_hidden(self, event: ScalarEvent, text: str, path: Path) -> None:
        hidden = HIDDEN.search(text)
        if hidden:
            finding = f"the invisible character U+{ord(hidden[0]):04X}"
            self._fault(event, path, "text that shows as it is", finding, "remove that character")
            self._document.faulty.add(path)

    def _refuse_markup(self, event: NodeEvent, path: Path) -> None:
        if isinstance(event, AliasEvent):
            self._fault(event, path, "a value", f"the alias `*{event.anchor}`", "write the value out")
            self._document.faulty.add(path)
            return
        if event.anchor is not None:
            self._fault(
                event,
                path,
                "no anchors",
                f"`&{event.anchor}`",
                "remove it and write the value out where it is needed",
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._fault(event, path, "no tags", f"`{_short_tag(str(tag))}`", "remove it")
            self._document.faulty.add(path)

    def _fault(self, event: NodeEvent, path: Path, expected: str, finding: str, next_move: str) -> None:
        line = event.start_mark.line + 1
        self._document.faults.append(fault_at(self._document.file, line, path, expected, finding, next_move))

    def _unreadable(
        self, line: int, expected: str, finding: str, next_move: str, path: Path = ()
    ) -> Unreadable:
        return Unreadable(fault_at(self._document.file, line, path, expected, finding, next_move))


def _is_plain(event: ScalarEvent) -> bool:
    return bool(event.implicit[0])


def _resolved_or_none(text: str) -> YamlTree:
    try:
        return resolved(text)
    except NotANumber:
        return None


def _place(event: NodeEvent) -> DocumentPlace:
    return DocumentPlace(event.start_mark.line + 1, event.start_mark.column + 1)


def _short_tag(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]
