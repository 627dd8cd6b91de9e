"""The fold of people: any history of changes keeps what everybody may rely on."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import Grant

LOGINS = st.sampled_from(["ada", "bo", "cy"])
GRANTS = st.builds(
    Grant, role=st.sampled_from(["administrator", "viewer"]), environment=st.sampled_from(["*", "live"])
)
KEYS = st.sampled_from(["5e" * 32, "6f" * 32])
TOKENS = st.sampled_from(["0" * 12, "1" * 12])
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)
IDENTITIES = st.builds(
    p.Identity, issuer=st.just("https://login.example"), subject=st.sampled_from(["u-1", "u-2"])
)
CHANGES = st.one_of(
    st.builds(
        p.PersonAdded, login=LOGINS, name=st.sampled_from(["Ada", "Bo"]), identity=st.none() | IDENTITIES
    ),
    st.builds(p.PersonRenamed, login=LOGINS, name=st.sampled_from(["Cy", "Di"])),
    st.builds(p.PersonDisabled, login=LOGINS),
    st.builds(p.PersonEnabled, login=LOGINS),
    st.builds(p.RoleGiven, login=LOGINS, grant=GRANTS),
    st.builds(p.RoleTaken, login=LOGINS, grant=GRANTS),
    st.builds(p.GroupGiven, group=st.sampled_from(["a", "b"]), grant=GRANTS),
    st.builds(p.GroupTaken, group=st.sampled_from(["a", "b"]), grant=GRANTS),
    st.builds(p.IdentityLinked, login=LOGINS, identity=st.none() | IDENTITIES),
    st.builds(p.PasswordSet, login=LOGINS, present=st.booleans()),
    st.builds(p.InvitationMade, login=LOGINS, until=st.just(UNTIL)),
    st.builds(
        p.TokenMade,
        login=LOGINS,
        token=TOKENS,
        label=st.just("ci"),
        scopes=st.just(("see",)),
        until=st.just(UNTIL),
        ending=st.just("abcd"),
    ),
    st.builds(p.TokenRevoked, login=LOGINS, token=TOKENS),
    st.builds(p.LoginKeyAdded, login=LOGINS, key=KEYS, public=st.just("line"), label=st.just("laptop")),
    st.builds(p.LoginKeyRemoved, login=LOGINS, key=KEYS),
)
HISTORIES = st.lists(CHANGES, max_size=30)


def folded(history: list[p.OfPerson | p.OfGroup]) -> list[p.People]:
    """Who is known after each change."""
    known = [p.NOBODY]
    for seq, change in enumerate(history, 1):
        known.append(p.people_after(known[-1], change, seq))
    return known


@given(HISTORIES)
@settings(max_examples=300)
def test_nobody_is_forgotten_and_no_login_is_given_anew(history: list[p.OfPerson | p.OfGroup]) -> None:
    for before, after in zip(folded(history), folded(history)[1:], strict=False):
        assert before.persons.keys() <= after.persons.keys()
        assert all(after.persons[login].login == login for login in after.persons)


@given(HISTORIES)
@settings(max_examples=300)
def test_a_change_is_about_its_person_alone(history: list[p.OfPerson | p.OfGroup]) -> None:
    for before, change, after in zip(folded(history), history, folded(history)[1:], strict=False):
        whose = getattr(change, "login", None)
        assert all(after.persons[login] == known for login, known in before.persons.items() if login != whose)
        if whose is not None:
            assert after.groups == before.groups


@given(HISTORIES)
@settings(max_examples=300)
def test_sessions_end_with_each_change_of_what_they_rest_on(history: list[p.OfPerson | p.OfGroup]) -> None:
    """The epoch rises exactly with the changes after which a person logs in anew, and never falls."""
    for seq, (before, change, after) in enumerate(
        zip(folded(history), history, folded(history)[1:], strict=False), 1
    ):
        for login, known in before.persons.items():
            now, mine = after.persons[login], getattr(change, "login", None) == login
            ended = mine and isinstance(change, p.ENDS_SESSIONS)
            assert now.epoch == (seq if ended else known.epoch)
            if (now.grants, now.password, now.identity, now.disabled and not known.disabled) != (
                known.grants,
                known.password,
                known.identity,
                False,
            ):
                assert ended


@given(HISTORIES)
def test_what_is_taken_is_not_there(history: list[p.OfPerson | p.OfGroup]) -> None:
    for change, after in zip(history, folded(history)[1:], strict=True):
        person = after.persons.get(getattr(change, "login", ""))
        match change:
            case p.RoleTaken() if person is not None:
                assert change.grant not in person.grants
            case p.TokenRevoked() if person is not None:
                assert change.token not in person.tokens
            case p.LoginKeyRemoved() if person is not None:
                assert change.key not in person.keys
            case p.GroupTaken():
                assert (change.group, change.grant) not in after.groups


@given(HISTORIES, st.lists(st.sampled_from(["a", "b", "c"]), max_size=3))
def test_grants_are_the_persons_own_and_of_their_groups(
    history: list[p.OfPerson | p.OfGroup], groups: list[str]
) -> None:
    people = folded(history)[-1]
    for person in people.persons.values():
        expected = {*person.grants, *(grant for group, grant in people.groups if group in groups)}
        assert set(people.grants_of(person, groups)) == expected
