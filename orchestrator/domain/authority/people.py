"""People of the service: who they are, which roles they have where, and by what they log in. The fold of what changed.

Nothing here is secret: digests of passwords, tokens and sessions are in the store (engine/people_ports.py).
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field

from orchestrator.domain.authority.access import Grant, Right
from orchestrator.domain.authority.signing import KeyId, ShownName, ShownText
from orchestrator.domain.text.model_base import Many, Moment, Noun, Text

T = TypeVar("T")
Login = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""The short name by which a person logs in; it stays, and is given to nobody else."""
TokenId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
Label = Annotated[ShownText, Field(max_length=100)]
Group = Annotated[ShownText, Field(max_length=300)]


class Identity(Noun):
    """An account at a provider: `issuer` and `subject` together never change and are never given anew (OpenID Connect, 5.7)."""

    issuer: Annotated[Text, Field(max_length=500)]
    subject: Annotated[Text, Field(max_length=300)]


class PersonAdded(Noun):
    """A person is known from now on."""

    kind: Literal["person_added"] = "person_added"
    login: Login
    name: ShownName
    identity: Identity | None = None


class PersonRenamed(Noun):
    """A person has another name; the login stays."""

    kind: Literal["person_renamed"] = "person_renamed"
    login: Login
    name: ShownName


class PersonDisabled(Noun):
    """A person comes in no more, by whatever way; what they are called stays theirs."""

    kind: Literal["person_disabled"] = "person_disabled"
    login: Login


class PersonEnabled(Noun):
    """A person who was disabled may come in again."""

    kind: Literal["person_enabled"] = "person_enabled"
    login: Login


class RoleGiven(Noun):
    """A person has a role there."""

    kind: Literal["role_given"] = "role_given"
    login: Login
    grant: Grant


class RoleTaken(Noun):
    """A person has that role there no more."""

    kind: Literal["role_taken"] = "role_taken"
    login: Login
    grant: Grant


class GroupGiven(Noun):
    """Whoever the provider says is in this group has the role there, while they are logged in by it."""

    kind: Literal["group_given"] = "group_given"
    group: Group
    grant: Grant


class GroupTaken(Noun):
    """Being in that group gives that role no more."""

    kind: Literal["group_taken"] = "group_taken"
    group: Group
    grant: Grant


class IdentityLinked(Noun):
    """A person logs in by this account of a provider; None: by none."""

    kind: Literal["identity_linked"] = "identity_linked"
    login: Login
    identity: Identity | None


class PasswordSet(Noun):
    """A person has a new password, or none. What it is stands nowhere."""

    kind: Literal["password_set"] = "password_set"
    login: Login
    present: bool = True


class InvitationMade(Noun):
    """Whoever has the link sets the password of this person with it, once, until then."""

    kind: Literal["invitation_made"] = "invitation_made"
    login: Login
    until: Moment


class TokenMade(Noun):
    """A person has a token for programs; `ending` is its last four characters, by which it is recognised."""

    kind: Literal["token_made"] = "token_made"
    login: Login
    token: TokenId
    label: Label
    scopes: Many[Right]
    until: Moment
    ending: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{4}$")]


class TokenRevoked(Noun):
    """That token lets nobody in any more."""

    kind: Literal["token_revoked"] = "token_revoked"
    login: Login
    token: TokenId


class LoginKeyAdded(Noun):
    """A person logs in with this passkey too. It signs nothing: keys that sign are trusted elsewhere (docs/authority.md)."""

    kind: Literal["login_key_added"] = "login_key_added"
    login: Login
    key: KeyId
    public: Text
    label: Label


class LoginKeyRemoved(Noun):
    """That passkey lets nobody in any more."""

    kind: Literal["login_key_removed"] = "login_key_removed"
    login: Login
    key: KeyId


OfPerson = (
    PersonAdded
    | PersonRenamed
    | PersonDisabled
    | PersonEnabled
    | RoleGiven
    | RoleTaken
    | IdentityLinked
    | PasswordSet
    | InvitationMade
    | TokenMade
    | TokenRevoked
    | LoginKeyAdded
    | LoginKeyRemoved
)
OfGroup = GroupGiven | GroupTaken
PeopleChange = Annotated[OfPerson | OfGroup, Field(discriminator="kind")]
"""One change of who may come in, and with which role."""

ENDS_SESSIONS = (PersonDisabled, RoleGiven, RoleTaken, PasswordSet, IdentityLinked, LoginKeyRemoved)
"""After these a person logs in anew (OWASP Session Management, renewal after a change of privilege)."""


class Person(NamedTuple):
    """A person as known now. `epoch`: the number of the last change that ended their sessions."""

    login: str
    name: str
    grants: tuple[Grant, ...] = ()
    disabled: bool = False
    password: bool = False
    identity: Identity | None = None
    tokens: Mapping[str, TokenMade] = {}
    keys: Mapping[str, LoginKeyAdded] = {}
    epoch: int = 0


class People(NamedTuple):
    """Everybody by login, and which group of the provider gives which role."""

    persons: Mapping[str, Person] = {}
    groups: tuple[tuple[str, Grant], ...] = ()

    def by_identity(self, identity: Identity) -> Person | None:
        """The person who logs in by this account."""
        return next((each for each in self.persons.values() if each.identity == identity), None)

    def by_key(self, key: str) -> tuple[Person, LoginKeyAdded] | None:
        """The person who logs in with this passkey."""
        having = ((each, each.keys[key]) for each in self.persons.values() if key in each.keys)
        return next(having, None)

    def grants_of(self, person: Person, groups: Iterable[str] = ()) -> tuple[Grant, ...]:
        """What the person has themselves, and by groups that the provider says they are in."""
        among = frozenset(groups)
        return tuple(
            dict.fromkeys((*person.grants, *(grant for group, grant in self.groups if group in among)))
        )


NOBODY = People()


def people_after(people: People, change: OfPerson | OfGroup, seq: int) -> People:
    """Who is known after one more change, the event `seq`. What is about nobody changes nothing."""
    if isinstance(change, GroupGiven):
        return people._replace(groups=_with(people.groups, (change.group, change.grant)))
    if isinstance(change, GroupTaken):
        return people._replace(groups=_without(people.groups, (change.group, change.grant)))
    before = people.persons.get(change.login)
    if isinstance(change, PersonAdded):
        if before is not None:
            return people
        after = Person(change.login, change.name, identity=change.identity, epoch=seq)
    elif before is None:
        return people
    else:
        after = _changed(before, change)
        if isinstance(change, ENDS_SESSIONS):
            after = after._replace(epoch=seq)
    return people._replace(persons={**people.persons, change.login: after})


def _with(known: tuple[tuple[str, Grant], ...], pair: tuple[str, Grant]) -> tuple[tuple[str, Grant], ...]:
    return known if pair in known else (*known, pair)


def _without(known: tuple[tuple[str, Grant], ...], pair: tuple[str, Grant]) -> tuple[tuple[str, Grant], ...]:
    return tuple(each for each in known if each != pair)


def _given(person: Person, grant: Grant) -> Person:
    return person if grant in person.grants else person._replace(grants=(*person.grants, grant))


def _taken(person: Person, grant: Grant) -> Person:
    return person._replace(grants=tuple(each for each in person.grants if each != grant))


def _changed(person: Person, change: OfPerson) -> Person:
    match change:
        case PersonRenamed():
            return person._replace(name=change.name)
        case PersonDisabled() | PersonEnabled():
            return person._replace(disabled=isinstance(change, PersonDisabled))
        case RoleGiven():
            return _given(person, change.grant)
        case RoleTaken():
            return _taken(person, change.grant)
        case IdentityLinked():
            return person._replace(identity=change.identity)
        case PasswordSet():
            return person._replace(password=change.present)
        case _:
            return _with_way_in(person, change)


def _with_way_in(person: Person, change: OfPerson) -> Person:
    match change:
        case TokenMade():
            return person._replace(tokens={**person.tokens, change.token: change})
        case TokenRevoked():
            return person._replace(tokens=_but(person.tokens, change.token))
        case LoginKeyAdded():
            return person._replace(keys={**person.keys, change.key: change})
        case LoginKeyRemoved():
            return person._replace(keys=_but(person.keys, change.key))
        case _:
            return person


def _but(known: Mapping[str, T], name: str) -> dict[str, T]:
    return {key: value for key, value in known.items() if key != name}
