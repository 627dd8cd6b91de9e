"""Changes of people in words."""

from orchestrator.domain.authority import people as p
from orchestrator.domain.authority.access import EVERYWHERE, Grant


def grant_words(grant: Grant) -> str:
    """A role, and where it is given."""
    service = "every service" if grant.service == EVERYWHERE else grant.service
    environment = "every environment" if grant.environment == EVERYWHERE else grant.environment
    if (grant.service, grant.environment) == (EVERYWHERE, EVERYWHERE):
        return f"{grant.role} everywhere"
    return f"{grant.role} of {service} in {environment}"


def change_words(change: p.OfPerson | p.OfGroup) -> str:
    """What is changed, of whom."""
    match change:
        case p.PersonAdded():
            return f"{change.login} ({change.name}) is known from now on"
        case p.PersonRenamed():
            return f"{change.login} is called {change.name} now"
        case p.PersonDisabled():
            return f"{change.login} comes in no more"
        case p.PersonEnabled():
            return f"{change.login} may come in again"
        case p.RoleGiven():
            return f"{change.login} is {grant_words(change.grant)}"
        case p.RoleTaken():
            return f"{change.login} is no longer {grant_words(change.grant)}"
        case _:
            return _way_words(change)


def _way_words(change: p.OfPerson | p.OfGroup) -> str:
    match change:
        case p.GroupGiven():
            return f"group {change.group} of the provider gives {grant_words(change.grant)}"
        case p.GroupTaken():
            return f"group {change.group} of the provider no longer gives {grant_words(change.grant)}"
        case p.IdentityLinked():
            return f"{change.login} logs in by {_identity_words(change.identity)}"
        case p.PasswordSet():
            return f"{change.login} has {'a new password' if change.present else 'no password any more'}"
        case p.InvitationMade():
            return f"{change.login} is invited to set a password, until {change.until:%Y-%m-%d %H:%M} UTC"
        case _:
            return _key_words(change)


def _key_words(change: p.OfPerson | p.OfGroup) -> str:
    match change:
        case p.TokenMade():
            rights, until = ", ".join(change.scopes), f"{change.until:%Y-%m-%d}"
            return f"{change.login} has token {change.token} ({change.label}) for {rights}, until {until}"
        case p.TokenRevoked():
            return f"token {change.token} of {change.login} is revoked"
        case p.LoginKeyAdded():
            return f"{change.login} logs in with passkey {change.key[:16]} ({change.label}) too"
        case p.LoginKeyRemoved():
            return f"passkey {change.key[:16]} of {change.login} lets nobody in any more"
        case _:
            raise LookupError(change.kind)


def _identity_words(identity: p.Identity | None) -> str:
    return "no provider" if identity is None else f"{identity.subject} at {identity.issuer}"
