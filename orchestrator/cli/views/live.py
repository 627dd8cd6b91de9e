"""The live tree. A separate thread redraws it a few times a second, so that drawing never slows or breaks driving."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from orchestrator.cli.views.paint import footer, header, painted, speaks_unicode, write
from orchestrator.cli.views.tree import tree_lines
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt_sighting import TaskSeen
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.journal.events import Recorded
from orchestrator.policy.course.current_step import waits_for_person
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import plain_words
from orchestrator.policy.telling.timeline import Story
from orchestrator.policy.telling.timeline_builder import tell

TasksSeen = Callable[[str, int], list[TaskSeen]]
FRAMES_A_SECOND = 6
ROWS_KEPT = 2
"""Rows of the terminal that stay free, so that redrawing never scrolls."""


class LiveTree:
    """A watcher that only takes records; rich's thread folds them, reads tasks and draws."""

    def __init__(self, console: Console, clock: Callable[[], datetime], tasks_seen: TasksSeen) -> None:
        self._console = console
        self._clock = clock
        self._tasks_seen = tasks_seen
        self._taken: deque[Recorded] = deque()
        self._deployment: Deployment | None = None
        self._story = Story()
        self._tasks: dict[str, TaskSeen] = {}
        self._attempt = ""
        self._number = 0
        self._frame = 0
        self._notice = ""
        self._drawn: list[Text] = []
        self._live = Live(
            console=console,
            get_renderable=self._draw,
            refresh_per_second=FRAMES_A_SECOND,
            transient=True,
            vertical_overflow="crop",
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> LiveTree:
        self._live.start(refresh=False)
        return self

    def __exit__(self, *exception: object) -> None:
        self._live.stop()

    def __call__(self, record: Recorded) -> None:
        self._taken.append(record)

    def notice(self, text: str) -> None:
        """Show a message below the tree, such as what a key press did."""
        self._notice = text

    def ended(self, d: Deployment) -> None:
        """Print the whole tree, the result in plain words, and what to do next."""
        self._catch_up()
        now = self._clock()
        width, unicode = self._console.width, speaks_unicode(self._console)
        lines = painted(tree_lines(d, self._story, now, {}), width, unicode=unicode, whole=True)
        write(self._console, [*header(d, now, width), *lines, *footer(d)])

    def _draw(self) -> Group:
        """Draw a frame. If that fails, the last frame stays, because the deployment goes on."""
        try:
            self._drawn = self._frame_now()
        except Exception as error:  # noqa: BLE001 (a defect of the view must not reach the driver)
            self._notice = f"the live view failed ({type(error).__name__}); the deployment goes on"
        return Group(*self._drawn)

    def _frame_now(self) -> list[Text]:
        self._catch_up()
        d = self._deployment
        if d is None:
            return [Text("checking the plan", "dim")]
        self._look_at_tasks(d)
        self._frame += 1
        now, width = self._clock(), self._console.width
        head, tail = header(d, now, width), self._tail(d, now)
        rows = self._console.height - len(head) - len(tail) - ROWS_KEPT
        lines = tree_lines(d, self._story, now, self._tasks, rows)
        unicode = speaks_unicode(self._console)
        return [*head, *painted(lines[: max(1, rows)], width, frame=self._frame, unicode=unicode), *tail]

    def _tail(self, d: Deployment, now: datetime) -> list[Text]:
        notices = [self._notice] if self._notice else []
        if waits_for_person(d, now) is not None:
            notices += [plain_words(d)[0], *map(str, next_moves(d))]
        texts = [Text(line, "yellow", no_wrap=True) for line in notices]
        for text in texts:
            text.truncate(self._console.width, overflow="ellipsis")
        return [Text(""), *texts] if texts else []

    def _catch_up(self) -> None:
        while self._taken:
            record = self._taken.popleft()
            self._deployment = apply(self._deployment, record)
            tell(self._story, condensed(record), self._deployment)

    def _look_at_tasks(self, d: Deployment) -> None:
        attempt = d.open_attempt
        if attempt is None:
            return
        if attempt.attempt != self._attempt:
            self._attempt, self._number, self._tasks = attempt.attempt, 0, {}
        for seen in self._tasks_seen(self._attempt, self._number):
            self._number = max(self._number, seen.number)
            self._tasks[seen.host] = seen
