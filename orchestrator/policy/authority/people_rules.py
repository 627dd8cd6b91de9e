"""What may be changed of the people of the service. Whoever may change it at all is asked elsewhere (access.py)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import EVERYWHERE, Grant
from orchestrator.domain.plan.roles import same_person, same_role
from orchestrator.policy.authority.access import ADMINISTRATOR, TOKEN_SCOPES
from orchestrator.policy.telling.words.people_words import grant_words

LONGEST_TOKEN = timedelta(days=366)
"""How long a token is good at most."""
MOST_TOKENS, MOST_KEYS = 50, 20
"""Tokens and login passkeys of one person at a time."""


def faults_in(people: p.People, change: p.OfPerson | p.OfGroup, now: datetime) -> tuple[str, ...]:
    """Every reason against this change, as sentences without a full stop; none where it may be made."""
    if isinstance(change, p.GroupGiven | p.GroupTaken):
        return tuple(_of_group(people, change))
    person = people.persons.get(change.login)
    if isinstance(change, p.PersonAdded):
        return tuple(_of_new(people, change))
    if person is None:
        return (f"there is no {change.login}; orch people list shows everybody",)
    return (*_of_person(people, person, change), *_of_ways_in(people, person, change, now))


def administrators(people: p.People) -> tuple[p.Person, ...]:
    """Whoever may manage people everywhere, and comes in."""
    return tuple(
        each for each in people.persons.values() if not each.disabled and any(map(_administers, each.grants))
    )


def _administers(grant: Grant) -> bool:
    return (
        same_role(grant.role, ADMINISTRATOR)
        and grant.service == EVERYWHERE
        and grant.environment == EVERYWHERE
    )


def _of_new(people: p.People, change: p.PersonAdded) -> Iterator[str]:
    if change.login in people.persons:
        yield f"{change.login} is known already; a login is given once"
    yield from _name_taken(people, change.name, change.login)
    if change.identity is not None and people.by_identity(change.identity) is not None:
        yield "that account of the provider is somebody's already"


def _name_taken(people: p.People, name: str, login: str) -> Iterator[str]:
    """A name stands in records, so two people have not one name; that of a disabled person stays theirs."""
    other = next((each for each in people.persons.values() if same_person(each.name, name)), None)
    if other is not None and other.login != login:
        yield f"{other.login} is called {other.name}; add what tells the two apart"


def _of_group(people: p.People, change: p.GroupGiven | p.GroupTaken) -> Iterator[str]:
    known = (change.group, change.grant) in people.groups
    if isinstance(change, p.GroupGiven) and known:
        yield f"group {change.group} gives {grant_words(change.grant)} already"
    if isinstance(change, p.GroupTaken) and not known:
        yield f"group {change.group} does not give {grant_words(change.grant)}"


def _of_person(people: p.People, person: p.Person, change: p.OfPerson) -> Iterator[str]:
    match change:
        case p.PersonRenamed():
            yield from _name_taken(people, change.name, change.login)
        case p.PersonDisabled():
            yield from (f"{person.login} is disabled already",) if person.disabled else ()
            yield from _last_administrator(people, person, person.grants)
        case p.PersonEnabled():
            yield from () if person.disabled else (f"{person.login} is not disabled",)
        case p.IdentityLinked():
            yield from _identity_taken(people, person, change.identity)
        case p.RoleGiven() | p.RoleTaken():
            yield from _of_role(people, person, change)


def _of_role(people: p.People, person: p.Person, change: p.RoleGiven | p.RoleTaken) -> Iterator[str]:
    has = change.grant in person.grants
    if isinstance(change, p.RoleGiven):
        if has:
            yield f"{person.login} is {grant_words(change.grant)} already"
        return
    if not has:
        yield f"{person.login} is not {grant_words(change.grant)}"
    yield from _last_administrator(people, person, (change.grant,))


def _identity_taken(people: p.People, person: p.Person, identity: p.Identity | None) -> Iterator[str]:
    other = people.by_identity(identity) if identity is not None else None
    if other is not None and other.login != person.login:
        yield f"that account of the provider is that of {other.login}"


def _last_administrator(people: p.People, person: p.Person, taken: tuple[Grant, ...]) -> Iterator[str]:
    others = [each for each in administrators(people) if each.login != person.login]
    still = any(_administers(grant) for grant in person.grants if grant not in taken)
    if person in administrators(people) and not others and not still:
        yield f"{person.login} is the last administrator; give somebody else that role first"


def _of_ways_in(people: p.People, person: p.Person, change: p.OfPerson, now: datetime) -> Iterator[str]:
    if person.disabled and isinstance(change, p.TokenMade | p.LoginKeyAdded | p.InvitationMade):
        yield f"{person.login} is disabled"
    match change:
        case p.TokenMade():
            yield from _of_token(person, change, now)
        case p.TokenRevoked():
            yield from (
                () if change.token in person.tokens else (f"{person.login} has no token {change.token}",)
            )
        case p.LoginKeyAdded():
            yield from _of_key(people, person, change)
        case p.LoginKeyRemoved():
            yield from (
                () if change.key in person.keys else (f"{person.login} has no passkey {change.key[:16]}",)
            )


def _of_key(people: p.People, person: p.Person, change: p.LoginKeyAdded) -> Iterator[str]:
    if people.by_key(change.key) is not None:
        yield "that passkey is somebody's already"
    if len(person.keys) >= MOST_KEYS:
        yield f"{person.login} has {MOST_KEYS} passkeys; remove one first"


def _of_token(person: p.Person, change: p.TokenMade, now: datetime) -> Iterator[str]:
    too_much = [right for right in change.scopes if right not in TOKEN_SCOPES]
    if too_much or not change.scopes:
        given = ", ".join(too_much) or "nothing"
        yield f"a token is for some of {', '.join(sorted(TOKEN_SCOPES))}, and not for {given}"
    if not now < change.until <= now + LONGEST_TOKEN:
        yield f"a token is good for at most {LONGEST_TOKEN.days} days, and ends in the future"
    good = [token for token in person.tokens.values() if token.until > now]
    if len(good) >= MOST_TOKENS:
        yield f"{person.login} has {MOST_TOKENS} tokens; revoke one first"
