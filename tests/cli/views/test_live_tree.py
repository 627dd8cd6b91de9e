"""The tree of a deployment: what it shows, that it fits, and that nothing from a target leads the terminal astray."""

import io
import re
from datetime import datetime, timedelta

import pytest
from rich.console import Console

from orchestrator.cli.views.live import LiveTree
from orchestrator.cli.views.paint import footer, header, painted
from orchestrator.cli.views.tree import Line, tree_lines
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt_sighting import TaskSeen
from orchestrator.domain.fold.fold import fold
from orchestrator.policy.telling.timeline_builder import story_of
from tests.journals.corpus import NAMES, folded, recorded
from tests.journals.pen import Pen
from tests.journals.scripts import held
from tests.worlds.plans import SIX, shop_plan

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(name: str, width: int = 80, rows: int = 1000) -> list[str]:
    d = folded(name)
    lines = tree_lines(d, story_of(recorded(name)), d.last_at, {}, rows)
    return [text.plain.rstrip() for text in painted(lines, width, whole=rows == 1000)]


def test_a_completed_deployment() -> None:
    assert shown("completed_phased") == [
        "✓ components     1 artefact with the digest of the plan                    0.2 s",
        "✓ environment    24 checks on 6 hosts, all passed                          2.4 s",
        "✓ baseline       2,472 configuration items of 6 hosts                      3.1 s",
        "✓ wave 1         1 verified                                                 44 s",
        "✓ wave 2         2 verified                                                 44 s",
        "✓ wave 3         3 verified                                                 44 s",
    ]


def test_residue_is_named_item_by_item() -> None:
    assert shown("residue", width=100)[-7:] == [
        "  ✓ wave 2         2 done                                                                      8.1 s",
        "  ✓ wave 1         1 done                                                                      8.1 s",
        "  ✗ proof          4 differences to the baseline                                               3.3 s",
        "    ✗ web2: file /etc/cron.d/shop-report is new",
        "    ✗ web2: file /etc/shop.conf content threads = 4 log = info -> threads = 8 log = info , sha256",
        "      111111111111… -> 222222222222…",
        "    ✗ web3: file /etc/shop.conf mode 0640 -> 0644",
    ]


def test_a_failure_is_told_in_one_line_below_its_step() -> None:
    lines = shown("held")
    at = next(n for n, line in enumerate(lines) if line.startswith("  ✗ deploy"))
    assert lines[at + 1].startswith("    ✗ web3 task 'Start shop' failed: Unable to start service shop")


def test_a_backed_out_wave_is_not_marked_as_passed() -> None:
    lines = shown("pilot_backed_out")
    assert [line[0] for line in lines if line[2:].startswith(("pilot", "backout"))] == ["↩", "↩"]


def test_on_a_wide_terminal_a_time_stands_near_its_step_and_words_go_on() -> None:
    words = "w" * 120
    short, long, longer = (Line(0, "passed", "wave 1", words[:n], 4.0) for n in (10, 120, 120))
    lines = [
        text.plain
        for width, line in ((200, short), (200, long), (110, longer))
        for text in painted([line], width)
    ]
    assert [len(line) for line in lines] == [100, 2 + 15 + 120 + 4, 110]
    assert words in lines[1]
    assert lines[2].endswith("… 4 s")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    records = recorded(name)
    for length in range(1, len(records) + 1, 3):
        d = fold(records[:length])
        lines = tree_lines(d, story_of(records[:length]), d.last_at, {}, 20)
        texts = [*header(d, d.last_at, width), *painted(lines, width)]
        assert max(text.cell_len for text in texts) <= width


def many() -> tuple[Pen, tuple[str, ...]]:
    hosts = tuple(f"shop-front-{n:03}.example" for n in range(1, 61))
    pen = Pen(shop_plan(kind="pilot", pilot={"hosts": [hosts[0]]}, waves=[5, 10, 20, "rest"]), hosts)
    pen.prepare()
    for number in range(3):
        pen.wave(number)
    return pen, hosts


def running(d: Deployment, now: datetime) -> dict[str, TaskSeen]:
    attempt = d.open_attempt
    hosts = attempt.hosts if attempt else ()
    return {h: TaskSeen(number=1, at=now, host=h, task="Unpack the release", status="started") for h in hosts}


@pytest.mark.parametrize("rows", [12, 16, 24, 40])
def test_sixty_hosts_fit_into_the_rows_there_are(rows: int) -> None:
    pen, hosts = many()
    failed = ("not_done", "task 'Unpack the release' failed: No space left on device", "Unpack the release")
    pen.run("deploy", 3, pen.d.waves[3].hosts, dict.fromkeys(hosts[20:24], failed))
    for length in (len(pen.records) - 1, len(pen.records)):
        d, story = fold(pen.records[:length]), story_of(pen.records[:length])
        lines = tree_lines(d, story, pen.now, running(d, pen.now), rows)
        assert len(lines) <= rows
        words = " ".join(f"{line.title} {line.words}" for line in lines)
        assert "wave 4" in words
        assert "No space left on device" in words or d.open_attempt is not None


def test_waves_that_are_done_or_untouched_are_one_line_each() -> None:
    pen, _ = many()
    lines = tree_lines(pen.d, story_of(pen.records), pen.now, {})
    assert [(line.title, line.words) for line in lines[3:]][:3] == [
        ("pilot", "1 verified"),
        ("wave 1", "5 verified"),
        ("wave 2", "10 verified"),
    ]


def test_many_untouched_waves_are_one_line_together() -> None:
    pen = Pen(shop_plan(waves=[1, 1, 1, 1, "rest"]), SIX)
    lines = tree_lines(pen.d, story_of(pen.records), pen.now, {})
    assert (lines[-1].title, lines[-1].words) == ("wave 1 to wave 5", "6 hosts in 5 waves, not touched")


def test_the_task_that_runs_on_a_host_is_shown() -> None:
    d = folded("killed_and_adopted")
    lines = tree_lines(d, story_of(recorded("killed_and_adopted")), d.last_at, running(d, d.last_at))
    assert [(line.title, line.words) for line in lines if line.host] == [
        ("web4", "Unpack the release"),
        ("web5", "Unpack the release"),
        ("web6", "Unpack the release"),
    ]


def test_soak_counts_down() -> None:
    records = recorded("soak_failure")
    at = next(n for n, r in enumerate(records, 1) if r.event.kind == "gate_reached")
    d = fold(records[:at])
    lines = tree_lines(d, story_of(records[:at]), d.last_at + timedelta(seconds=12), {})
    assert next(line.words for line in lines if line.title == "soak") == "18 s left"


def test_a_hold_shows_the_commands_that_answer() -> None:
    lines = [text.plain for text in footer(held().d)]
    assert lines[1].startswith("Held for a person at wave 2")
    assert [line.split()[1] for line in lines if line.startswith("  orch")] == [
        "retry",
        "exclude",
        "rollback",
        "hold",
    ]


def drawn(name: str, tasks_seen: object = None) -> str:
    """All that a live view writes to a terminal while a journal goes by."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80, height=24, legacy_windows=False)
    records = recorded(name)
    view = LiveTree(console, lambda: records[-1].at, tasks_seen or (lambda attempt, after: []))  # type: ignore[arg-type]
    with view:
        for record in records:
            view(record)
        view._live.refresh()
    view.ended(fold(records))
    return screen.getvalue()


def test_the_live_view_ends_with_the_whole_tree_and_the_result() -> None:
    text = ESCAPES.sub("", drawn("pilot_backed_out"))
    assert "Stopped at the pilot and backed out: web1 again equals its baseline" in text
    assert "orch record show shop-2.4.0-20260302-210000" in text


def test_text_from_targets_reaches_the_terminal_harmless() -> None:
    text = ESCAPES.sub("", drawn("hostile_text"))
    assert "[bold red]x[/]" in text
    assert UNFIT.sub("", text.replace("\n", "").replace("\r", "")) == text.replace("\n", "").replace("\r", "")


def test_a_view_that_stumbles_keeps_its_last_frame() -> None:
    def broken(attempt: str, after: int) -> list[TaskSeen]:
        raise OSError("the attempt's folder is gone")

    text = ESCAPES.sub("", drawn("killed_and_adopted", broken))
    assert "3 deploying" in text


def test_without_unicode_the_signs_are_plain() -> None:
    d = folded("residue")
    lines = tree_lines(d, story_of(recorded("residue")), d.last_at, {})
    signs = {text.plain.strip()[0] for text in painted(lines, 80, unicode=False)}
    assert signs <= set("+X?*=.<")
