"""People over the API: who comes in, with which role, and by which tokens. For whoever is logged in; a token changes nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError
from starlette.responses import Response

from orchestrator.adapters.people.secret_texts import (
    digest_of_secret,
    new_secret,
    new_token,
    new_token_id,
)
from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import Grant, Right
from orchestrator.domain.text.model_base import Moment
from orchestrator.engine.lookup.known_people import known_people, person_called
from orchestrator.engine.use_cases import people as use
from orchestrator.web.api.answering import answered
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Answered
from orchestrator.web.api.once import once
from orchestrator.web.api.pages_of_lists import Paged, page_of
from orchestrator.web.api.reading import Given, body_of, query_of
from orchestrator.web.own_words import unsigned_ports
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route

if TYPE_CHECKING:
    from orchestrator.web.request_context import Asked

BASE = "/api/v1/people"
Change = (
    p.PersonAdded
    | p.PersonRenamed
    | p.PersonDisabled
    | p.PersonEnabled
    | p.RoleGiven
    | p.RoleTaken
    | p.GroupGiven
    | p.GroupTaken
    | p.IdentityLinked
    | p.TokenRevoked
)
"""What administrators change. Passwords and passkeys are set by their own person, in a browser."""


class TokenShown(Answered):
    """A token as it is known: what it is for, until when, and its last four characters."""

    token: str
    label: str
    scopes: list[Right]
    until: Moment
    ending: str


class PersonShown(Answered):
    """A person: their roles, by what they log in, and their tokens."""

    login: str
    name: str
    disabled: bool
    roles: list[Grant]
    password: bool
    passkeys: int
    provider: p.Identity | None
    tokens: list[TokenShown]


class PersonList(Answered):
    """A page of people by login; `next` is the `after` of the next page."""

    items: list[PersonShown]
    next: str | None


class GroupShown(Answered):
    """A group of the provider, and a role that being in it gives."""

    group: str
    grant: Grant


class GroupList(Answered):
    """All groups that give a role."""

    items: list[GroupShown]


class ChangesGiven(Given):
    """Changes that are made together, or none of them."""

    changes: Annotated[
        list[Annotated[Change, Field(discriminator="kind")]], Field(min_length=1, max_length=50)
    ]


class Changed(Answered):
    """The people that the changes are about, as they are now, and all groups."""

    people: list[PersonShown]
    groups: list[GroupShown]


class Invited(Answered):
    """A link by which the person sets a password, once, until then. It is shown this once."""

    login: str
    link: str
    until: Moment


class TokenGiven(Given):
    """A token of one's own: what it is for, and for how many days."""

    label: p.Label
    scopes: Annotated[list[Right], Field(min_length=1, max_length=10)]
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenNew(Answered):
    """A new token; `secret` is shown this once, and only its digest is kept."""

    token: str
    secret: str
    until: Moment


def _list(asked: Asked) -> Response:
    wanted = query_of(asked, Paged)
    persons = sorted(known_people(asked.ports.journal).persons.values(), key=lambda person: person.login)
    part, following = page_of(persons, wanted, lambda person: person.login)
    return answered(asked, PersonList(items=[_shown(person) for person in part], next=following))


def _one(asked: Asked) -> Response:
    return answered(asked, _shown(_named(asked)))


def _groups(asked: Asked) -> Response:
    return answered(asked, GroupList(items=_groups_of(known_people(asked.ports.journal))))


@once
def _change(asked: Asked) -> Response:
    changes = body_of(asked, ChangesGiven).changes
    ports, by = unsigned_ports(asked), asked.person
    alone = [change for change in changes if isinstance(change, p.PersonDisabled | p.TokenRevoked)]
    if alone and len(changes) > 1:
        raise Problem(
            422, "faults", "Disabling somebody and revoking a token end things at once: send each alone."
        )
    match changes[0]:
        case p.PersonDisabled(login=login):
            use.disable(ports, login, by=by)
        case p.TokenRevoked(login=login, token=token):
            use.revoke_token(ports, login, token, by=by)
        case _:
            use.change_people(ports, *changes, by=by)
    known = known_people(asked.ports.journal)
    logins = dict.fromkeys(
        change.login for change in changes if not isinstance(change, p.GroupGiven | p.GroupTaken)
    )
    people = [_shown(person_called(known, login)) for login in logins]
    return answered(asked, Changed(people=people, groups=_groups_of(known)), status=201)


def _invite(asked: Asked) -> Response:
    """Not done once by a key: the answer has a secret, and is kept nowhere."""
    login, secret = _named(asked).login, new_secret()
    until = use.invite(unsigned_ports(asked), login, digest_of_secret(secret), by=asked.person)
    link = f"{asked.service.address}/welcome/{secret}"
    return answered(asked, Invited(login=login, link=link, until=until), status=201)


def _own_token(asked: Asked) -> Response:
    given, secret = body_of(asked, TokenGiven), new_token()
    person = _self(asked)
    try:
        made = p.TokenMade(
            login=person.login,
            token=new_token_id(),
            label=given.label,
            scopes=tuple(given.scopes),
            until=asked.ports.clock.now() + timedelta(days=given.days),
            ending=secret[-4:],
        )
    except ValidationError:
        raise Problem(422, "faults", "label: give the token a name of at most 100 characters.") from None
    use.make_token(unsigned_ports(asked), made, digest_of_secret(secret), by=person.name)
    return answered(asked, TokenNew(token=made.token, secret=secret, until=made.until), status=201)


def _end_own_token(asked: Asked) -> Response:
    person = _self(asked)
    use.revoke_token(unsigned_ports(asked), person.login, asked.request.path_params["token"], by=person.name)
    return Response(status_code=204)


def _self(asked: Asked) -> p.Person:
    """Whoever is logged in. Raises Problem: a token makes no tokens, and ends none."""
    access = asked.access
    if access is None or access.channel == "token":
        raise Problem(403, "refused", "A token manages no ways in. Log in with a browser.")
    return person_called(known_people(asked.ports.journal), access.login)


def _named(asked: Asked) -> p.Person:
    person = known_people(asked.ports.journal).persons.get(asked.request.path_params["login"])
    if person is None:
        raise Problem(404, "not_found", "There is no such person.")
    return person


def _shown(person: p.Person) -> PersonShown:
    tokens = [
        TokenShown(**token.model_dump(include={"token", "label", "scopes", "until", "ending"}))
        for token in person.tokens.values()
    ]
    return PersonShown(
        login=person.login,
        name=person.name,
        disabled=person.disabled,
        roles=list(person.grants),
        password=person.password,
        passkeys=len(person.keys),
        provider=person.identity,
        tokens=tokens,
    )


def _groups_of(people: p.People) -> list[GroupShown]:
    return [GroupShown(group=group, grant=grant) for group, grant in people.groups]


ROUTES = (
    Route(
        "GET",
        BASE,
        "see_people",
        _list,
        described=Described("List people", PersonList, query=Paged, tagged=True),
    ),
    Route(
        "GET",
        f"{BASE}/{{login}}",
        "see_people",
        _one,
        described=Described("Show a person", PersonShown, tagged=True),
    ),
    Route(
        "GET",
        "/api/v1/groups",
        "see_people",
        _groups,
        described=Described("List the groups of the provider that give roles", GroupList, tagged=True),
    ),
    Route(
        "POST",
        "/api/v1/people-changes",
        "administer",
        _change,
        described=Described(
            "Add, rename, disable, enable and link people; give and take roles, also of groups; revoke tokens",
            Changed,
            ChangesGiven,
            status=201,
            once=True,
            problems=(404,),
        ),
    ),
    Route(
        "POST",
        f"{BASE}/{{login}}/invitations",
        "administer",
        _invite,
        described=Described("Make a link by which a person sets a password", Invited, status=201),
    ),
    Route(
        "POST",
        "/api/v1/me/tokens",
        "see",
        _own_token,
        described=Described(
            "Make a token of one's own; not by a token", TokenNew, TokenGiven, status=201, problems=(404,)
        ),
    ),
    Route(
        "DELETE",
        "/api/v1/me/tokens/{token}",
        "see",
        _end_own_token,
        described=Described("Let nobody in by a token of one's own any more; not by a token", status=204),
    ),
)
