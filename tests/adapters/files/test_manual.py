"""docs/release-plan.md is the manual: its examples are those that editors show, and every one of them is sound."""

import re
from pathlib import Path

import pytest

from orchestrator.adapters.files.manual import minimal, sections, stages
from orchestrator.adapters.files.plan_file import plan_of
from orchestrator.adapters.files.yaml_text.annotations import annotations
from orchestrator.adapters.files.yaml_text.yaml_document import read_yaml
from orchestrator.domain.plan.check import CHECK_KINDS, title_of
from orchestrator.domain.plan.manual_step import ManualStep
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.stage import StageBackout, StageSpec
from tests.adapters.files.cases import cases

MANUAL = [path.read_text() for path in sections()]
MINIMAL = minimal().read_text()
STAGES = stages().read_text()


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs/release-plan.md").read_text()


def test_the_page_shows_the_minimal_plan_and_every_section(page: str) -> None:
    assert re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL) == [
        MINIMAL,
        *MANUAL,
        STAGES,
    ]


def test_the_minimal_plan_is_sound_short_and_has_all_sections() -> None:
    plan_of("minimal.yml", MINIMAL.encode())
    assert len(MINIMAL.splitlines()) < 40
    assert set(read_yaml("minimal.yml", MINIMAL.encode()).lines()) >= {
        name for name, field in ReleasePlan.model_fields.items() if field.is_required()
    }


def test_the_plan_with_stages_is_sound_and_explains_every_key_of_a_stage() -> None:
    plan = plan_of("stages.yml", STAGES.encode()).noun
    assert [stage.name for stage in plan.stages] == ["schema", "application", "proxy", "routes"]
    explained = {path[-1] for path in annotations(STAGES.encode())}
    assert explained >= {*StageSpec.model_fields, *StageBackout.model_fields, *ManualStep.model_fields, "on"}


def test_nothing_can_be_left_out_of_the_minimal_plan_but_the_schedule() -> None:
    optional = {name for name, field in ReleasePlan.model_fields.items() if not field.is_required()}
    assert optional == {"schedule", "trigger", "assessment", "suppliers", "removal", "transfer"}


def test_the_sections_are_a_plan_that_uses_every_kind_of_check() -> None:
    loaded = plan_of("manual", "".join(MANUAL).encode())
    validation = loaded.noun.validation
    used = {
        title_of(check.model_copy(update={"title": None})).split()[0]
        for check in (*validation.environment, *validation.acceptance)
    }
    assert used == set(CHECK_KINDS)


@pytest.mark.parametrize("section", sections(), ids=lambda path: path.stem)
def test_each_section_explains_itself(section: Path) -> None:
    texts = annotations(section.read_bytes())
    silent = [
        path for path in read_yaml("", section.read_bytes()).places if len(path) == 1 and path not in texts
    ]
    assert silent == []
    assert all(text.endswith((".", ")")) for text in texts.values())


def test_the_fault_on_the_page_is_one_of_the_table(page: str) -> None:
    (shown,) = re.findall(r"^plan\.yml:(.*)$", page, flags=re.MULTILINE)
    assert shown in {sentence for case in cases() for sentence in case.says}
