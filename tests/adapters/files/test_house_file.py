"""The file that names the house: followed only where nobody but its owner can change it, the house, and the rules in it."""

import os
from pathlib import Path

import pytest

from orchestrator.adapters.files.house_file import house_named_in
from orchestrator.errors import PlanFault

ME = os.geteuid()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house with every kind of rule, and the file that names it."""
    place = tmp_path / "house"
    for name in ("keys", "policies", "environments"):
        (place / name).mkdir(parents=True)
    (place / "policies/live.yml").write_text("policy: live\n")
    (place / "trust.json").write_text("{}")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/house.yml").write_text(f"house: {place}\n")
    return place


def named(house: Path) -> Path | None:
    return house_named_in(house.parent / "etc/house.yml", owner=ME)


def test_without_the_file_there_is_no_house(tmp_path: Path) -> None:
    assert house_named_in(tmp_path / "etc/house.yml") is None
    (tmp_path / "etc").write_text("a file")
    assert house_named_in(tmp_path / "etc/house.yml") is None


def test_the_folder_that_it_names_is_the_house(house: Path) -> None:
    assert named(house) == house


@pytest.mark.parametrize(
    "open_to_others",
    [
        "etc/house.yml",
        "etc",
        "house",
        "house/policies",
        "house/policies/live.yml",
        "house/trust.json",
        "house/keys",
    ],
)
@pytest.mark.parametrize("bits", [0o020, 0o002])
def test_whatever_others_can_change_is_refused_with_the_command(
    house: Path, open_to_others: str, bits: int
) -> None:
    path = house.parent / open_to_others
    path.chmod(path.stat().st_mode | bits)
    with pytest.raises(PlanFault) as refusal:
        named(house)
    assert f"chmod go-w {path}" in str(refusal.value)


@pytest.mark.skipif(ME != 0, reason="only root gives files away")
@pytest.mark.parametrize(
    "given_away", ["etc/house.yml", "etc", "house", "house/policies/live.yml", "house/keys"]
)
def test_whatever_belongs_to_somebody_else_is_refused(house: Path, given_away: str) -> None:
    path = house.parent / given_away
    os.chown(path, 1234, -1)
    with pytest.raises(PlanFault, match=f"found user 1234; run as root: chown root {path}"):
        named(house)


def test_a_link_is_as_good_as_where_it_leads_and_where_it_stands(house: Path) -> None:
    link = house.parent / "link"
    link.symlink_to(house)
    (house.parent / "etc/house.yml").write_text(f"house: {link}\n")
    assert named(house) == house
    loose = house.parent / "loose"
    loose.mkdir()
    loose.chmod(0o777)
    (loose / "link").symlink_to(house)
    (house.parent / "etc/house.yml").write_text(f"house: {loose / 'link'}\n")
    with pytest.raises(PlanFault, match=f"chmod go-w {loose}"):
        named(house)


def test_a_rule_that_leads_out_of_the_house_is_followed_only_where_nobody_can_change_it(house: Path) -> None:
    outside = house.parent / "outside.yml"
    outside.write_text("policy: mine\n")
    outside.chmod(0o666)
    (house / "policies/mine.yml").symlink_to(outside)
    with pytest.raises(PlanFault, match=f"chmod go-w {outside}"):
        named(house)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "house: relative\n",
            "house.yml:1 house: expected the absolute path of a folder that is there, found relative",
        ),
        ("house: /nowhere/at/all\n", "found /nowhere/at/all"),
        ("house:\n", "house.yml:1 house"),
        ("home: /srv\n", "house.yml:1 home"),
        ("", "house.yml"),
        ("house: [/srv]\n", "house.yml:1 house"),
        ("house: /srv\nhouse: /tmp\n", "house.yml:2 house"),
    ],
)
def test_a_file_that_names_no_folder_is_a_fault_at_its_line(house: Path, content: str, words: str) -> None:
    (house.parent / "etc/house.yml").write_text(content)
    with pytest.raises(PlanFault) as fault:
        named(house)
    assert words in str(fault.value)


def test_a_link_that_leads_nowhere_is_a_fault_and_not_the_absence_of_a_house(house: Path) -> None:
    file = house.parent / "etc/house.yml"
    file.unlink()
    file.symlink_to(house.parent / "gone")
    with pytest.raises(PlanFault):
        named(house)
