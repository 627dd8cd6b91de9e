"""How long whoever tries to log in must wait (OWASP Authentication, login throttling). No limit shuts somebody else out.

What slows is the pair of a name and a place: an address, or a browser in which this person was logged in before. Whoever
guesses elsewhere does not touch the pair of the person. Budgets over all pairs hold for unknown browsers alone; a passkey has
no limit.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from orchestrator.domain.authority.login_try import LoginTry

FREE = 3
"""Wrong tries of a pair in a row that cost no time."""
LONGEST = timedelta(minutes=15)
"""The longest that a pair waits."""
SPAN = timedelta(hours=1)
"""The span of the budgets."""
OF_PLACE, OF_NAME, OF_ALL = 60, 100, 2000
"""Wrong tries in that span: from one address, for one name, and altogether."""


def free_at(tries: Sequence[LoginTry], name: str, place: str, now: datetime, *, known: bool) -> datetime:
    """When this pair may try again; not after `now` where it may at once. `tries` are of the last day, newest first.

    `known`: the place is a browser in which this person was logged in before.
    """
    waits = [_pair_free_at([each for each in tries if (each.name, each.place) == (name, place)], now)]
    if not known:
        recent = [each for each in tries if each.at > now - SPAN]
        waits += [
            _budget_free_at((each for each in recent if each.place == place), OF_PLACE, now),
            _budget_free_at((each for each in recent if each.name == name), OF_NAME, now),
            _budget_free_at(recent, OF_ALL, now),
        ]
    return max(waits)


def _pair_free_at(of_pair: Sequence[LoginTry], now: datetime) -> datetime:
    wrong = 0
    for each in of_pair:
        if each.good:
            break
        wrong += 1
    if wrong < FREE:
        return now
    doubled: float = 2.0 ** min(wrong - FREE + 1, 20)
    return of_pair[0].at + min(timedelta(seconds=doubled), LONGEST)


def _budget_free_at(tries: Iterable[LoginTry], budget: int, now: datetime) -> datetime:
    """A good try was noted as a wrong one before, so it takes that back."""
    known = list(tries)
    wrong = [each for each in known if not each.good]
    over = len(wrong) - (len(known) - len(wrong)) - budget
    return now if over < 0 else wrong[budget - 1].at + SPAN if len(wrong) >= budget else now
