"""A word that is added to a closed list is missed by name wherever a table is kept by it."""

import pytest

from orchestrator.adapters.ssh.on_target.checks import KINDS
from orchestrator.domain.authority.admission_answer import BY_CLOCK, OF_CALENDAR, ReasonCode
from orchestrator.domain.journal.events import Event
from orchestrator.domain.journal.lifecycle import OF_THE_HOUSE, OVER, TABLE, State, allowed
from orchestrator.domain.plan.check import CHECK_KINDS, Check
from orchestrator.policy.measures.model_stats import ModelFigures
from orchestrator.policy.telling.ends import meaning_of
from tests.architecture.tables import Table, literals, tables
from tests.policy.event_places import CHANGES_NOTHING, HANDLED, every_kind

TABLES = tuple(tables())
NOT_ON_THE_TARGET = {
    "clock": "the round trip tells the time (adapters/ssh/check_results.py)",
    "module": "Ansible asks it of hosts without ssh (adapters/ansible/visits)",
    "testinfra": "pytest runs on the controller (adapters/checks)",
}
"""Kinds of check that the program on the target does not answer."""


def test_tables_are_looked_for_where_they_are() -> None:
    assert {"STANDING_WORDS", "PRACTICES", "STEP_TITLES"} <= {str(table).split(": ")[1] for table in TABLES}


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_a_table_has_every_word_of_its_list(table: Table) -> None:
    missing, unknown = sorted(table.words - table.has), sorted(table.has - table.words)
    assert not missing, f"{table}, line {table.line}: nothing for {', '.join(missing)}"
    assert not unknown, f"{table}, line {table.line}: there is no {', '.join(unknown)}"


@pytest.mark.parametrize("place", HANDLED)
@pytest.mark.parametrize("kind", every_kind())
def test_an_event_has_its_place_or_changes_nothing_there(kind: str, place: str) -> None:
    handled = kind in HANDLED[place]()
    nothing = kind in CHANGES_NOTHING[place]
    assert handled or nothing, (
        f"`{kind}` has no {place}: add it, or say in tests/policy/event_places.py why it needs none"
    )
    assert not (handled and nothing), f"`{kind}` has a {place}, and is listed as changing nothing there"


def test_every_event_is_possible_in_some_state() -> None:
    possible = {kind for state in State for kind in allowed(state)} | {"planned"}
    assert possible | OF_THE_HOUSE == set(every_kind()), "domain/journal/lifecycle.py"
    assert not possible & OF_THE_HOUSE


def test_every_transition_is_of_a_known_event() -> None:
    assert {kind for row in TABLE.values() for kind in row} <= set(every_kind())


def test_every_end_is_counted_by_itself() -> None:
    figures = [meaning_of(end).figure for end in OVER]
    assert len(set(figures)) == len(OVER)
    assert set(figures) <= set(ModelFigures.model_fields), "policy/measures/model_stats.py: ModelFigures"


def test_every_end_has_an_exit_code_of_its_own() -> None:
    assert len({meaning_of(end).exit_code for end in OVER}) == len(OVER)


@pytest.mark.parametrize("kind", CHECK_KINDS)
def test_a_check_is_answered_on_the_target_or_elsewhere(kind: str) -> None:
    assert (kind in KINDS) != (kind in NOT_ON_THE_TARGET), (
        f"{kind}: adapters/ssh/on_target/checks.py, or the list above"
    )


def test_the_kinds_of_check_are_those_of_the_union() -> None:
    assert set(literals(Check)) == set(CHECK_KINDS), "domain/plan/check.py: Check and CHECK_KINDS"


def test_what_the_clock_answers_is_of_the_calendar() -> None:
    assert BY_CLOCK < OF_CALENDAR < set(literals(ReasonCode))


def test_the_list_of_events_is_the_union() -> None:
    assert set(every_kind()) == set(literals(Event))
