"""Every host and every check is accounted for, by its number: what has no answer is never a pass."""

from typing import Any

import pytest

from orchestrator.domain.plan.check import Check, CheckResult, HttpCheck, title_of
from orchestrator.domain.plan.target import Target
from orchestrator.policy.evidence.acceptance import completed, completed_units

URL = "http://{address}/"
TWO_OF_ONE_TITLE: tuple[Check, ...] = (HttpCheck(url=URL, contains="2.0"), HttpCheck(url=URL, status=503))
WEB1 = Target(host="web1", address="192.0.2.1", groups=("web",))
PATHS = {"/opt/shop/shop": "a" * 64, "/opt/shop/shop.conf": "b" * 64}


def answered(host: str, number: int | None, title: str, kind: str = "http", **changes: Any) -> CheckResult:
    passed: dict[str, Any] = {"answer": "passed", "expected": "good", "found": "good", "seconds": 0.1}
    return CheckResult.model_validate(
        {"host": host, "number": number, "kind": kind, "title": title, **passed, **changes}
    )


def answers(results: list[CheckResult]) -> list[tuple[str, int | None, str]]:
    return [(result.host, result.number, result.answer) for result in results]


@pytest.mark.parametrize("lost", [0, 1])
def test_of_two_checks_with_one_title_the_one_without_an_answer_is_inconclusive(lost: int) -> None:
    title = title_of(TWO_OF_ONE_TITLE[0])
    assert title == title_of(TWO_OF_ONE_TITLE[1])
    given = [answered("web1", None, "reachable over ssh", "reachable"), answered("web1", 1 - lost, title)]
    whole = completed(given, [WEB1], TWO_OF_ONE_TITLE)
    assert answers(whole) == [*answers(given), ("web1", lost, "inconclusive")]
    assert whole[-1].title == title


def test_an_answer_that_is_given_twice_is_no_answer_to_the_other_check() -> None:
    given = [answered("web1", 0, title_of(TWO_OF_ONE_TITLE[0]))] * 2
    assert answers(completed(given, [WEB1], TWO_OF_ONE_TITLE))[2:] == [("web1", 1, "inconclusive")]


def test_a_result_that_names_no_check_answers_none() -> None:
    given = [answered("web1", None, title_of(TWO_OF_ONE_TITLE[0]))]
    whole = completed(given, [WEB1], TWO_OF_ONE_TITLE)
    assert answers(whole)[1:] == [("web1", 0, "inconclusive"), ("web1", 1, "inconclusive")]


def test_a_host_that_says_nothing_is_inconclusive_even_where_nothing_is_checked() -> None:
    [result] = completed([], [WEB1], ())
    assert (result.host, result.kind, result.answer) == ("web1", "reachable", "inconclusive")


def test_a_component_that_is_answered_for_twice_does_not_stand_for_another() -> None:
    given = [answered("web1", 0, "components /opt/shop/shop", "component")] * 2
    whole = completed_units(given, ["web1"], PATHS)
    assert answers(whole)[2:] == [("web1", 1, "inconclusive")]
    assert whole[-1].title == "components /opt/shop/shop.conf"


def test_components_of_another_host_do_not_stand_for_this_one() -> None:
    given = [answered("web2", number, f"components {path}") for number, path in enumerate(PATHS)]
    whole = completed_units(given, ["web1", "web2"], PATHS)
    assert answers(whole)[2:] == [("web1", 0, "inconclusive"), ("web1", 1, "inconclusive")]


def test_a_result_of_before_checks_had_numbers_is_read_as_one_without() -> None:
    old = answered("web1", None, "http").model_dump(exclude={"number"})
    assert CheckResult.model_validate(old).number is None


def test_a_check_that_is_about_other_hosts_is_not_missed() -> None:
    checks = (HttpCheck(url=URL, on=("web",)), HttpCheck(url=URL, on=("database",)))
    answer = [answered("web1", None, "reachable over ssh", "reachable"), answered("web1", 0, "http")]
    assert answers(completed(answer, [WEB1], checks)) == answers(answer)
