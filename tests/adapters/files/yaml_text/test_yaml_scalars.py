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
    ("0755", 755),
    ("0o755", 493),
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
