"""What is told of a deployment: how it stands after its events so far, and the story of them."""

from orchestrator.domain.deployment import Deployment
from orchestrator.domain.events import Recorded
from orchestrator.domain.fold import apply
from orchestrator.policy.story import Story
from orchestrator.policy.telling import tell

TOLD_LATER = 2_000
"""Events times hosts whose story is left until somebody asks for it; more would hold answers in memory that nobody needs."""


class Told:
    """A deployment after its events so far, and their story, abridged; it never changes.

    The story is made when it is asked for, and the fold after an event once, whoever asks for it: the driver that proves an
    event lawful before it is on the journal, and again when it is.
    """

    __slots__ = ("_next", "_since", "_story", "deployment")

    def __init__(self, deployment: Deployment, story: Story, since: tuple[Recorded, ...] = ()) -> None:
        """`since` are the records that the deployment knows of and the story does not tell yet."""
        self.deployment = deployment
        self._story = story
        self._since = since
        self._next: tuple[Recorded, Told] | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Told):
            return NotImplemented
        return self.deployment == other.deployment and self.story == other.story

    __hash__ = None  # type: ignore[assignment]

    @property
    def story(self) -> Story:
        """The steps so far, without what only a whole record shows; to be read, not to be added to."""
        if self._since:
            self._story, self._since = _grown(self._story, self._since), ()
        return self._story

    def after(self, record: Recorded) -> "Told":
        """What is told after one record more. Raises LifecycleFault."""
        if self._next is None or self._next[0] is not record:
            since = (*self._since, record)
            told = Told(apply(self.deployment, record), self._story, since)
            if len(since) * len(self.deployment.targets) > TOLD_LATER:
                told = Told(told.deployment, _grown(self._story, since))
            self._next = record, told
        return self._next[1]


def first_told(record: Recorded) -> Told:
    """What is told after the first record of a journal. Raises LifecycleFault."""
    return Told(apply(None, record), _grown(Story(), (record,)))


def _grown(story: Story, records: tuple[Recorded, ...]) -> Story:
    longer = story.copy()
    for record in records:
        tell(longer, record)
    longer.abridge()
    return longer
