"""What is said against a new password."""

import pytest

from orchestrator.policy.authority.password_rules import normal, password_faults

TABLE = {
    "correct horse battery": "",
    "Grüße aus München": "",
    "short": "15 to 256 characters",
    "": "15 to 256 characters",
    "x" * 257: "15 to 256 characters",
    "aaaaaaaaaaaaaaaaaaaa": "different characters",
    "ada lovelace ada lovelace 1": "than your own name",
    "ada lovelace writes programs": "",
}


@pytest.mark.parametrize("password", TABLE)
def test_what_is_said_against_it(password: str) -> None:
    faults = "; ".join(password_faults(password, ("ada", "Ada Lovelace")))
    assert faults == "" if not TABLE[password] else TABLE[password] in faults


def test_two_keyboards_write_one_password() -> None:
    assert normal("pâté") == normal("pa\u0302te\u0301")
