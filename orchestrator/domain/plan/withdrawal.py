"""The removal or transfer of service components: what becomes of all that hangs on them (ISO/IEC 20000-1 5.2)."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from orchestrator.domain.text.model_base import Many, Moment, Noun, Sha256, Text
from orchestrator.domain.text.names import ReadableText
from orchestrator.domain.text.validation_error import wrong

Fate = Literal["archived", "transferred", "disposed of", "none"]


KEYS_OF_DATA = ("where", "sha256", "keep_until", "to", "by", "due")
NEEDED_OF_DATA: Mapping[Fate, tuple[str, ...]] = {
    "archived": ("where", "keep_until", "by", "due"),
    "transferred": ("to", "by", "due"),
    "disposed of": ("by", "due"),
    "none": (),
}
"""What each fate must say."""
ALLOWED_OF_DATA = frozenset({("archived", "sha256"), ("transferred", "sha256")})
"""What a fate may say beside that."""


class Duty(Noun):
    """Work that a person does by a date; or `none`, with the reason why there is none."""

    what: Text | None = None
    by: ReadableText | None = None
    due: Moment | None = None
    none: Text | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "Duty":
        given = [key for key in ("what", "by", "due") if getattr(self, key) is not None]
        if self.none is not None and given:
            raise wrong("either work or `none`", f"remove `{given[0]}`, or `none`", finding="both", at="none")
        missing = [key for key in ("what", "by", "due") if key not in given]
        if self.none is None and missing:
            expected = "what is done, by whom and when; or `none` with the reason"
            raise wrong(expected, f"add `{missing[0]}`", finding=f"no `{missing[0]}`")
        return self


class DataFate(Noun):
    """What becomes of the data. `archived` says where and until when, and gives the digest where it is known.

    `transferred` says to whom. All but `none` name the person and the date; `none` says in `what` why there are no data.
    """

    fate: Fate
    what: Text
    where: Text | None = None
    sha256: Sha256 | None = None
    keep_until: Moment | None = None
    to: Text | None = None
    by: ReadableText | None = None
    due: Moment | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "DataFate":
        needed = NEEDED_OF_DATA[self.fate]
        for key in needed:
            if getattr(self, key) is None:
                raise wrong(f"`{key}`, for data that are {self.fate}", f"add `{key}`", finding="none", at=key)
        for key in KEYS_OF_DATA:
            if (
                key not in needed
                and getattr(self, key) is not None
                and (self.fate, key) not in ALLOWED_OF_DATA
            ):
                why = "there are none" if self.fate == "none" else f"they are {self.fate}"
                raise wrong(f"no `{key}`, for {why}", "remove it", finding="one", at=key)
        return self


class Withdrawn(Noun):
    """One component that is removed or transferred, with its data, licences, documentation and consumers.

    `gone`: titles of acceptance checks that show that it is gone.
    """

    component: Text
    gone: Many[Text] = ()
    data: DataFate
    licences: Duty
    documentation: Duty
    consumers: Duty


Components = Annotated[tuple[Withdrawn, ...], Field(strict=False, min_length=1)]


class Removal(Noun):
    """What a release takes away, component by component."""

    components: Components


class Recipient(Noun):
    """The party that receives a service or component: its name, how it is reached, and the role that accepts it."""

    party: ReadableText
    contact: Text
    role: ReadableText


class Transfer(Noun):
    """What a release hands over to another party, component by component. The role of the party signs acceptance."""

    to: Recipient
    components: Components


DutyArea = Literal["data", "licences", "documentation", "consumers"]


class DueWork(Noun):
    """One piece of work that hangs on a component: its path in the plan, what it is, who does it, and by when."""

    path: Text
    component: Text
    area: DutyArea
    what: Text
    by: ReadableText
    due: Moment


def due_work(section: str, components: tuple[Withdrawn, ...]) -> tuple[DueWork, ...]:
    """All the work of these components, in the order of the plan; `section` is `removal` or `transfer`."""
    return tuple(
        work
        for index, component in enumerate(components)
        for work in _of_component(f"{section}.components[{index}]", component)
    )


def _of_component(path: str, component: Withdrawn) -> tuple[DueWork, ...]:
    data = component.data
    areas: tuple[tuple[DutyArea, Duty], ...] = (
        ("data", Duty.of_valid(what=_data_words(data), by=data.by, due=data.due)),
        ("licences", component.licences),
        ("documentation", component.documentation),
        ("consumers", component.consumers),
    )
    return tuple(
        DueWork.of_valid(
            path=f"{path}.{area}",
            component=component.component,
            area=area,
            what=duty.what,
            by=duty.by,
            due=duty.due,
        )
        for area, duty in areas
        if duty.what is not None and duty.by is not None and duty.due is not None
    )


def _data_words(data: DataFate) -> str:
    parts = [data.what, f": {data.fate}"]
    parts += [f" in {data.where}"] if data.where is not None else []
    parts += [f" to {data.to}"] if data.to is not None else []
    parts += [f", kept until {data.keep_until:%Y-%m-%d}"] if data.keep_until is not None else []
    parts += [f", sha256 {data.sha256}"] if data.sha256 is not None else []
    return "".join(parts)
