"""The page of a record: whole, self-contained, and safe whatever targets said."""

import re
from functools import cache

import pytest

from orchestrator.adapters.report import html_record, text_record
from orchestrator.adapters.report.legible import legible
from orchestrator.domain.fold.fold import fold
from orchestrator.policy.telling.next_moves import next_moves
from orchestrator.policy.telling.summary import plain_words
from tests.adapters.report.outline import Outline
from tests.journals.corpus import NAMES, folded, recorded
from tests.journals.scripts import HOSTILE, thousand_hosts

UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]")


@cache
def page_of(name: str) -> str:
    return html_record(recorded(name), recorded(name)[-1].at)


@cache
def outline_of(name: str) -> Outline:
    return Outline(page_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_element_is_closed(name: str) -> None:
    assert (outline_of(name).unbalanced, outline_of(name).open) == ([], [])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_and_nothing_runs(name: str) -> None:
    for tag, attributes in outline_of(name).elements:
        assert tag not in {"script", "iframe", "object", "embed", "link", "img", "form"}
        assert not [key for key in attributes if key.startswith("on") or key == "src"]
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import", page_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_result_stands_first_in_plain_words(name: str) -> None:
    text = outline_of(name).text
    headline = re.sub(r"\s+", " ", plain_words(folded(name))[0])
    assert text.index(headline) < text.index("Timeline")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_does_not_offer_to_show_itself(name: str) -> None:
    text = re.sub(r"\s+", " ", outline_of(name).text)
    offered = [move for move in next_moves(folded(name)) if f"{move.command} ({move.does})" in text]
    assert offered == [move for move in next_moves(folded(name)) if not move.reads]


@pytest.mark.parametrize("name", NAMES)
def test_every_host_every_answer_and_every_event_is_there(name: str) -> None:
    d, page = folded(name), page_of(name)
    text = outline_of(name).text
    assert [host for host in d.standings if host not in text] == []
    answers = [r for record in recorded(name) for r in getattr(record.event, "results", ())]
    assert page.count('<span class="tag passed">passed</span>') >= sum(r.answer == "passed" for r in answers)
    assert page.count('<span class="tag failed">failed</span>') >= sum(r.answer == "failed" for r in answers)
    assert page.count("<summary>fields</summary>") == len(recorded(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_twelve_sections_of_the_plan_are_there(name: str) -> None:
    numbers = re.findall(r"<h3>(\d+) [A-Z]", page_of(name))
    assert numbers == [str(n) for n in range(1, 13)]


@pytest.mark.parametrize("name", NAMES)
def test_who_what_and_which_digests(name: str) -> None:
    d, text = folded(name), outline_of(name).text
    for words in (
        d.plan_sha256,
        "Bo Lind",
        "as change manager",
        "ann",
        *(u.sha256 for u in d.plan.release.units),
    ):
        assert words in text


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_places_on_the_page(name: str) -> None:
    places = {attributes["id"] for _, attributes in outline_of(name).elements if "id" in attributes}
    links = {(a["href"] or "")[1:] for tag, a in outline_of(name).elements if tag == "a"}
    assert links
    assert links <= places


def test_text_from_targets_is_text() -> None:
    page, outline = page_of("hostile_text"), outline_of("hostile_text")
    assert "<script>" not in page
    assert "</td><script>alert(1)</script>" in outline.text
    assert not UNFIT.search(page)
    assert not UNFIT.search(text_record(recorded("hostile_text"), recorded("hostile_text")[-1].at))


def test_what_is_not_fit_to_be_shown_is_replaced_and_lines_stay() -> None:
    assert legible("a\x1b[2J\u202eb\n\tc") == "a\ufffd[2J\ufffdb\n\tc"
    assert len(legible("x" * 100_000)) < 21_000
    assert "\u202e" in HOSTILE


def test_a_fleet_of_sixty_is_a_heat_map() -> None:
    page = page_of("big_bang_60")
    assert page.count('<li class="tag ') == 60
    assert page.count('<li class="tag verified"') == 57
    assert '<text class="hostname"' not in page


def test_the_text_of_a_thousand_hosts_is_whole() -> None:
    records = thousand_hosts().records
    text = text_record(records, records[-1].at)
    assert [host for host in fold(records).hosts if f"\n{host}  " not in text] == []
    assert "\nBaseline\n" in text
    assert "characters more" not in text


def test_a_small_fleet_has_a_lane_for_each_host() -> None:
    lanes = re.findall(r'<text class="hostname"[^>]*>([^<]*)</text>', page_of("residue"))
    assert lanes == ["web1", "web2", "web3", "web4", "web5", "web6"]


@pytest.mark.parametrize("name", NAMES)
def test_no_shape_leaves_the_picture(name: str) -> None:
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', page_of(name))[1])  # type: ignore[index]
    for x, wide in re.findall(r'<rect class="bar[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"', page_of(name)):
        assert float(x) >= 0
        assert float(x) + float(wide) <= width


def test_a_record_of_a_deployment_that_goes_on_says_so() -> None:
    records = recorded("held")
    text = Outline(html_record(records, records[-1].at)).text
    assert "deploying , held" in text or "deploying, held" in text
    assert "orch retry" in text


@pytest.mark.parametrize("name", NAMES)
def test_at_any_moment_there_is_a_record(name: str) -> None:
    records = recorded(name)
    for length in range(1, len(records) + 1, 4):
        assert fold(records[:length]).id in html_record(records[:length], records[length - 1].at)
        assert text_record(records[:length], records[length - 1].at)


def test_the_text_names_what_did_not_pass() -> None:
    text = text_record(recorded("refused_environment"), recorded("refused_environment")[-1].at)
    assert "environment: web4: failed: space /: expected 1 GiB free on /, found 212.4 MiB" in text
