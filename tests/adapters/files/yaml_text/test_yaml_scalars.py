"""What an unquoted scalar means: the core schema of YAML 1.2, and the traps of YAML 1.1 that it does without."""

import pytest

from orchestrator.adapters.files.yaml_text.yaml_scalars import NotANumber, Scalar, resolved

READ: list[tuple[str, Scalar]] = [
    ("22:30", "22:30"),
    ("1:2:3", "1:2:3"),
    ("NO", "NO"),
    ("no", "no"),
    ("yes", "yes"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("1_000", "1_000"),
    ("2027-03-01", "2027-03-01"),
    ("2027-03-01T22:30:00+01:00", "2027-03-01T22:30:00+01:00"),
    ("1.10", 1.1),
    ("1.10.0", "1.10.0"),
    ("0o755", 493),
    ("0", 0),
    ("-0", 0),
    ("0.5", 0.5),
    ("0e1", 0.0),
    ("0:30", "0:30"),
    ("007-a", "007-a"),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("-7", -7),
    ("+7", 7),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("1e", "1e"),
    ("true", True),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("False", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("Nil", "Nil"),
    ("10%", "10%"),
    ("9" * 18, 999999999999999999),
    ("\u0661\u0662", "\u0661\u0662"),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_read(text: str, value: Scalar) -> None:
    scalar = resolved(text)
    assert (type(scalar), scalar) == (type(value), value)


@pytest.mark.parametrize("text", [".inf", "-.Inf", ".nan", "1e999", "9" * 19, "0." + "1" * 20])
def test_no_number_that_a_plan_can_hold(text: str) -> None:
    with pytest.raises(NotANumber):
        resolved(text)


OCTAL = 'put it in quotes if it is text: "{0}"; write 0o{1} if it is octal, such as the mode of a file'
DECIMAL = 'put it in quotes if it is text: "{0}"; write it without the leading zeros if it is a number'


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        ("0640", OCTAL.format("0640", "640")),
        ("00640", OCTAL.format("00640", "640")),
        ("00", OCTAL.format("00", "0")),
        ("0890", DECIMAL.format("0890")),
        ("-0640", DECIMAL.format("-0640")),
        ("+07", DECIMAL.format("+07")),
        ("01.10", DECIMAL.format("01.10")),
        ("01e3", DECIMAL.format("01e3")),
    ],
)
def test_a_number_with_leading_zeros_means_two_things_and_is_refused_with_the_way_out(
    text: str, way_out: str
) -> None:
    with pytest.raises(NotANumber, match="a number without leading zeros") as refused:
        resolved(text)
    assert refused.value.way_out == way_out
