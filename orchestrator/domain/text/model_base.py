"""The base of every noun: a frozen, strict model, and the scalar types that plans use."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from typing import Annotated, Any, ParamSpec, Self, TypeVar, cast

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

T = TypeVar("T")
N = TypeVar("N", bound="Noun")
Fields = ParamSpec("Fields")
"""The fields of a noun with their types, as a type checker reads them from its constructor."""

MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$"

DAY = r"^\d{4}-\d\d-\d\d$"


class Noun(BaseModel):
    """A frozen value; unknown keys, numbers in quotes, booleans as numbers and NaN are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The noun with some fields changed, without validation; all other fields are shared, not copied.

        Raises TypeError for a deep copy: an immutable value needs none.
        """
        if deep:
            raise TypeError("a noun never changes: there is nothing to copy deeply")
        return _copied(self, update or {})

    @classmethod
    def of_valid(cls: Callable[Fields, N], *_: Fields.args, **fields: Fields.kwargs) -> N:
        """A noun of values that are already valid, such as fields of other nouns: no validation, no conversion.

        Raises TypeError where a field is missing or unknown.
        """
        kind = cast("type[N]", cls)
        form, required = _form_of(kind)
        whole = {**form, **fields}
        if len(whole) > len(form) or not required <= fields.keys():
            raise TypeError(
                f"{kind.__name__} has the fields {', '.join(form)}; given were {', '.join(fields)}"
            )
        return _noun(kind, whole, set(fields))

    @classmethod
    def updated(cls: Callable[Fields, N], noun: N, /, *_: Fields.args, **fields: Fields.kwargs) -> N:
        """The noun with these fields changed: `model_copy`, with names and types known to a type checker.

        The required fields of a noun must be given as well.
        """
        return _copied(noun, fields)


def _copied(noun: N, changes: Mapping[str, Any]) -> N:
    kind, known, given = type(noun), noun.__dict__, noun.__pydantic_fields_set__
    if not changes.keys() <= kind.__pydantic_fields__.keys():
        unknown = ", ".join(sorted(changes.keys() - kind.__pydantic_fields__.keys()))
        raise TypeError(f"{kind.__name__} has no field {unknown}")
    fields = {**known, **changes}
    # Cached properties come after the fields in `__dict__`, and may differ for the changed fields.
    cached = len(known) - len(kind.__pydantic_fields__)
    if cached > 0:
        for name in islice(reversed(known), cached):
            del fields[name]
    return _noun(kind, fields, given if given.issuperset(changes) else given.union(changes))


def _noun(kind: type[N], fields: dict[str, Any], given: set[str]) -> N:
    """Filled in like pydantic's `model_construct`, in a quarter of its time: a driver makes thousands of nouns."""
    noun = object.__new__(kind)
    object.__setattr__(noun, "__dict__", fields)
    object.__setattr__(noun, "__pydantic_fields_set__", given)
    object.__setattr__(noun, "__pydantic_extra__", None)
    object.__setattr__(noun, "__pydantic_private__", None)
    return noun


@cache
def _form_of(kind: type[Noun]) -> tuple[dict[str, Any], frozenset[str]]:
    """Every field in order with its default, and the required ones."""
    fields = kind.model_fields
    required = frozenset(name for name, field in fields.items() if field.is_required())
    defaults = {
        name: None if name in required else field.get_default(call_default_factory=True, validated_data={})
        for name, field in fields.items()
    }
    return defaults, required


# YAML and JSON have only lists, so lists are accepted; their items stay strict.
Many = Annotated[tuple[T, ...], Field(strict=False)]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_MOMENT = re.compile(MOMENT, re.ASCII)
_DAY = re.compile(DAY, re.ASCII)
_SIZES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?(B|kB|MB|GB|KiB|MiB|GiB)")


class NotInForm(ValueError):
    """A text does not have the form of its type: carries the expectation and, as `next_move`, what to do."""

    def __init__(self, expected: str, next_move: str) -> None:
        super().__init__(expected)
        self.next_move = next_move


def seconds_of(value: Any) -> Any:
    """Seconds from `90s`, `10m`, `1h30m`, `2d`, or a plain number of seconds; other types pass through to be refused."""
    if isinstance(value, str):
        parts = _DURATION.findall(value)
        if not parts or "".join(number + unit for number, unit in parts) != value:
            raise NotInForm("a duration such as 90s, 10m, 1h30m or 2d", "write it in this form")
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def bytes_of(value: Any) -> Any:
    """Bytes from `500MB`, `2GiB`, or a plain number of bytes; other types pass through to be refused."""
    if isinstance(value, str):
        match = _SIZE.fullmatch(value)
        if match is None or len(match[1]) > 18:
            raise NotInForm("a size such as 500MB or 2GiB", "write it in this form")
        return int(float(match[1]) * _SIZES[match[2]])
    return value


def moment_of(value: Any) -> Any:
    """A moment with its zone from ISO 8601 text such as 2026-03-01T22:30:00+01:00."""
    if not isinstance(value, str):
        return value
    try:
        if not _MOMENT.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        expected = "a moment with its zone, such as 2026-03-01T22:30:00+01:00"
        raise NotInForm(expected, "write the date, the time and the zone") from None


def day_of(value: Any) -> Any:
    """A day from ISO 8601 text such as 2027-06-30."""
    if not isinstance(value, str):
        return value
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise NotInForm("a day such as 2027-06-30", "write year, month and day") from None


_DURATION_TEXT = r"(\d+(\.\d+)?(ms|s|m|h|d))+$"

Seconds = Annotated[
    float,
    Field(ge=0),
    BeforeValidator(seconds_of),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{_DURATION_TEXT}"}]}
    ),
]
PositiveSeconds = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(seconds_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": f"^(?=.*[1-9]){_DURATION_TEXT}"},
            ]
        }
    ),
]
Bytes = Annotated[
    int,
    Field(ge=0),
    BeforeValidator(bytes_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": r"^\d+(\.\d+)? ?([kMG]?B|[KMG]iB)$"},
            ]
        }
    ),
]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(moment_of),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": MOMENT}),
]
Day = Annotated[
    date,
    BeforeValidator(day_of),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DAY}),
]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
AtLeastOneText = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
PluginName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}(\.[A-Za-z_][A-Za-z0-9_]{0,99})*$")]
HostName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Variables = dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], JsonValue]
