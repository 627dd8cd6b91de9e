"""The driver comes first: no fault of a view stops it, and Ctrl-C speaks through the journal."""

import contextlib
import io
from pathlib import Path

import pytest

from orchestrator.cli.follow import Follower, drive_in_view
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal.events import Recorded
from orchestrator.engine.ports import Watcher
from tests.journals.corpus import recorded
from tests.journals.home import keep_named
from tests.worlds.fleet import shop_fleet


class View:
    """A view that fails at the third record."""

    def __init__(self, error: Exception | None = None) -> None:
        self.seen: list[int] = []
        self.said: list[str] = []
        self.error = error

    def __enter__(self) -> "View":
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def __call__(self, record: Recorded) -> None:
        self.seen.append(record.seq)
        if self.error is not None and record.seq == 3:
            raise self.error

    def notice(self, text: str) -> None:
        self.said.append(text)

    def ended(self, d: Deployment) -> None:
        self.said.append("ended")


def test_records_are_shown_once_and_in_order() -> None:
    view = View()
    follower = Follower(view, "ann")
    records = recorded("held")
    for record in [*records[:5], *records]:
        follower(record)
    assert view.seen == [record.seq for record in records]


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("cannot draw")])
def test_a_view_that_fails_is_not_asked_again_and_the_drive_goes_on(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    view = View(error)
    follower = Follower(view, "ann")
    for record in recorded("held"):
        follower(record)
    assert view.seen == [1, 2, 3]
    assert ("the deployment goes on" in capsys.readouterr().err) is isinstance(error, ValueError)


def test_the_first_ctrl_c_puts_a_pause_on_the_journal(tmp_path: Path) -> None:
    made = shop_fleet(tmp_path / "home")
    keep_named(tmp_path / "home", "killed_and_adopted")
    view = View()
    follower = Follower(view, "ann", lambda: made.ports)
    follower.pause()
    assert "Nothing has begun yet" in view.said[0]
    follower(made.ports.journal.read("killed_and_adopted")[0])
    follower.pause()
    assert fold(made.ports.journal.read("killed_and_adopted")).driving.paused == "ann: Ctrl-C"


class ClosedPipe(io.StringIO):
    """Standard output whose reader has gone."""

    tried = 0

    def write(self, text: str, /) -> int:
        self.tried += 1
        raise BrokenPipeError


def test_a_pipe_that_is_closed_early_does_not_stop_the_drive(tmp_path: Path) -> None:
    made = shop_fleet(tmp_path / "home")
    records = recorded("pilot_backed_out")

    def drive(watch: Watcher) -> Deployment:
        for record in records:
            watch(record)
        return fold(records)

    pipe = ClosedPipe()
    with contextlib.redirect_stdout(pipe):
        code = drive_in_view(made.ports, drive, by="ann", as_json=False)
    assert code == 5
    assert pipe.tried
