"""What a feed of results and planned dates holds now."""

from itertools import islice

from orchestrator.engine.lookup.snapshots import every
from orchestrator.engine.ports import Ports
from orchestrator.engine.use_cases.schedule import all_bookings
from orchestrator.policy.telling.feed import FeedItem, feed_items


def current_feed(ports: Ports, latest: int) -> tuple[FeedItem, ...]:
    """The newest results, at most so many, and every planned date. A deployment that cannot be read is left out."""
    ended = (d for d in every(ports.journal) if d.over and d.rehearsing.rehearsal is None)
    return feed_items(islice(ended, latest), all_bookings(ports), ports.clock.now())
