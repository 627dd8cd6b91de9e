"""Items as rows, and what a row says that is not known yet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from orchestrator.domain.cmdb.ci import CI_STATUSES, Ci, CiRelation
from orchestrator.domain.cmdb.facts import CI_KINDS, RELATION_TYPES, CiKind
from orchestrator.domain.cmdb.row import CiRow
from orchestrator.domain.cmdb.words import (
    RECORDED_STATUSES,
    CiAttribute,
    CiReference,
    CiWord,
    StatedRelation,
)
from orchestrator.domain.text.names import as_read, misleading
from orchestrator.policy.cmdb.ids import named_id

LONGEST_NAME = 300


class RowFault(NamedTuple):
    """What is wrong with a row: its number, from 0, the field, what was expected and found, and what to do."""

    row: int
    field: str
    expected: str
    found: str
    move: str


class Understood(NamedTuple):
    """What the rows say that is not known yet; and what is wrong with them, all at once."""

    words: tuple[CiWord, ...]
    faults: tuple[RowFault, ...]


def row_of(ci: Ci) -> CiRow:
    """The item as a row: what counts now."""

    def value(attribute: CiAttribute) -> str | None:
        known = ci.attributes.get(attribute)
        return known.value if known is not None else None

    return CiRow.of_valid(
        id=ci.id,
        kind=ci.kind,
        name=ci.name,
        environment=ci.environment or None,
        status=ci.status,
        version=value("version"),
        description=value("description"),
        location=value("location"),
        owner=value("owner"),
        address=value("address"),
        relations=tuple(relation_text(relation) for relation in ci.relations),
        proved_at=ci.proved_at.isoformat() if ci.proved_at is not None else None,
        proved_by=ci.changes[0].deployment if ci.changes else None,
    )


def relation_text(relation: CiRelation) -> str:
    """Such as `depends_on service:live:pay`, by id; what is not in the CMDB by kind and name."""
    to = relation.to if relation.known else f"{relation.kind}:{relation.to}"
    return f"{relation.type} {to}"


class Known:
    """The items by id and by name, to find what a row or a word on the command line means; and the ids of new rows."""

    def __init__(self, cis: Iterable[Ci], rows: Iterable[CiRow] = ()) -> None:
        self.of_rows = {
            row.id: CiReference.of_valid(kind=row.kind, name=row.name, environment=row.environment, id=row.id)
            for row in rows
            if row.id is not None and row.kind is not None and row.name is not None
        }
        self.by_id: dict[str, Ci] = {}
        self._by_name: dict[tuple[str, str], list[Ci]] = {}
        for ci in cis:
            self.by_id[ci.id] = ci
            for name in dict.fromkeys(map(as_read, (ci.name, *ci.names))):
                self._by_name.setdefault((ci.kind, name), []).append(ci)

    def named(self, kind: str, name: str, environment: str | None) -> list[Ci]:
        """The items of a kind and name, in any environment unless one is named."""
        matching = self._by_name.get((kind, as_read(name)), [])
        return [ci for ci in matching if environment is None or ci.environment == environment]

    def of_any_kind(self, name: str) -> list[Ci]:
        """The items of a name."""
        return [ci for kind in CI_KINDS for ci in self.named(kind, name, None)]

    def only(self, reference: CiReference) -> Ci | None:
        """The first item that a reference means."""
        if reference.id is not None:
            return self.by_id.get(reference.id)
        return next(iter(self.named(reference.kind, reference.name, reference.environment)), None)


def understood(rows: Sequence[CiRow], cis: Iterable[Ci]) -> Understood:
    """What these rows say beside what is known, in their order; each item may have one row."""
    known = Known(cis, rows)
    words: list[CiWord] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows):
        about = _about(number, row, known)
        if isinstance(about, RowFault):
            faults.append(about)
            continue
        reference, ci = about
        first = seen.setdefault(_key(reference), number)
        if first != number:
            faults.append(_second(number, first))
        faults += _faults(number, row, ci, known)
        if not faults:
            words += _word(row, reference, ci, known)
    return Understood(() if faults else tuple(words), tuple(faults))


def _key(reference: CiReference) -> str:
    return reference.id or f"{reference.kind} {reference.environment} {as_read(reference.name)}"


def _about(number: int, row: CiRow, known: Known) -> tuple[CiReference, Ci | None] | RowFault:
    ci = known.by_id.get(row.id) if row.id is not None else None
    if ci is not None:
        return reference_to(ci), ci
    if row.kind is None or row.name is None:
        move = "name it by kind and name, or take the row out"
        return RowFault(number, "id", "an id that the CMDB has", row.id or "", move)
    if row.id is not None:
        return _with_id(number, row, row.id, row.kind, row.name)
    matching = known.named(row.kind, row.name, row.environment)
    if len(matching) > 1:
        ids = ", ".join(each.id for each in matching[:5])
        return RowFault(
            number, "name", "the name of one item", f"{len(matching)}: {ids}", "write the id of one"
        )
    if matching:
        return reference_to(matching[0]), matching[0]
    return CiReference.of_valid(kind=row.kind, name=row.name, environment=row.environment), None


def _with_id(
    number: int, row: CiRow, ci: str, kind: CiKind, name: str
) -> tuple[CiReference, None] | RowFault:
    """An item with the id that another CMDB of orch gave it."""
    try:
        return CiReference(kind=kind, name=name, environment=row.environment, id=ci), None
    except ValueError:
        return RowFault(
            number, "id", f"an id that begins with {kind}:", ci, "leave the id out, or correct it"
        )


def _second(number: int, first: int) -> RowFault:
    return RowFault(
        number, "name", "one row for each item", f"a second, after row {first + 1}", "join the two"
    )


def _faults(number: int, row: CiRow, ci: Ci | None, known: Known) -> Iterator[RowFault]:
    if row.status not in (None, "", *CI_STATUSES):
        expected = ", ".join(RECORDED_STATUSES)
        yield RowFault(number, "status", expected, row.status or "", "correct it, or leave it empty")
    present = _present(ci)
    for text in row.relations:
        if text not in present and stated(text, known) is None:
            expected = f"{', '.join(RELATION_TYPES)}, then an id, or KIND:NAME with {', '.join(CI_KINDS)}"
            yield RowFault(number, "relations", expected, text, "correct it there")


def _word(row: CiRow, reference: CiReference, ci: Ci | None, known: Known) -> Iterator[CiWord]:
    attributes = {
        attribute: value for attribute, value in row.attributes().items() if _is_new(attribute, value, ci)
    }
    present = _present(ci)
    relations = tuple(
        relation
        for text in row.relations
        if text not in present and (relation := stated(text, known)) is not None
    )
    relations = tuple(each for each in relations if not is_related(ci, each))
    if attributes or relations or ci is None:
        yield CiWord.of_valid(ci=reference, attributes=attributes, relations=relations)


def _is_new(attribute: CiAttribute, value: str, ci: Ci | None) -> bool:
    """Whether it is neither what counts nor what was said last. Proofs cannot be imported: their statuses say nothing."""
    if attribute == "status" and value not in ("", *RECORDED_STATUSES):
        return False
    if ci is None:
        return value != ""
    recorded = ci.recorded.get(attribute)
    counts = ci.status if attribute == "status" else ci.value(attribute)
    return value not in (counts, recorded.value if recorded is not None else "")


def _present(ci: Ci | None) -> frozenset[str]:
    return frozenset(map(relation_text, ci.relations)) if ci is not None else frozenset()


def is_related(ci: Ci | None, relation: StatedRelation) -> bool:
    """Whether the item has the relation already."""
    wanted = relation.to

    def is_it(to: str, name: str) -> bool:
        return (
            to == wanted.id if wanted.id is not None else as_read(wanted.name) in (as_read(to), as_read(name))
        )

    return ci is not None and any(
        each.type == relation.type and is_it(each.to, each.name) for each in ci.relations
    )


def stated(text: str, known: Known) -> StatedRelation | None:
    """The relation that a text such as `depends_on service:pay` states; None where it is none."""
    kind, _, to = text.strip().partition(" ")
    type_ = next((each for each in RELATION_TYPES if each == kind), None)
    reference = reference_of(to.strip(), known)
    if type_ is None or reference is None:
        return None
    return StatedRelation.of_valid(type=type_, to=reference)


def reference_to(ci: Ci) -> CiReference:
    """The reference that means this item. One that is known by its name alone stays so: a machine may prove to have it."""
    by_name = ci.id == named_id(ci.kind, ci.environment, ci.name)
    return CiReference.of_valid(
        kind=ci.kind, name=ci.name, environment=ci.environment or None, id=None if by_name else ci.id
    )


def reference_of(text: str, known: Known) -> CiReference | None:
    """The item that an id means, or KIND:NAME; None for any other text."""
    ci = known.by_id.get(text)
    if ci is not None:
        return reference_to(ci)
    if text in known.of_rows:
        return known.of_rows[text]
    word, parted, name = text.partition(":")
    kind = next((each for each in CI_KINDS if each == word), None)
    if kind is None or not parted or not 0 < len(name) <= LONGEST_NAME or misleading(name) is not None:
        return None
    matching = known.named(kind, name, None)
    return reference_to(matching[0]) if len(matching) == 1 else CiReference.of_valid(kind=kind, name=name)
