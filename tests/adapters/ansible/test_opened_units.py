"""A unit of a media library in the private copy is a part of what was approved; other files beside it are not."""

import os
from pathlib import Path

from orchestrator.adapters.ansible.in_run.opens import Opens


def test_only_the_units_of_a_hidden_folder_may_be_read(tmp_path: Path) -> None:
    copy = tmp_path / "frozen/d"
    unit, beside = copy / ".orch-media/central/shop.bin", copy / ".orch-media/central/other.bin"
    unit.parent.mkdir(parents=True)
    unit.write_bytes(b"shop")
    beside.write_bytes(b"other")
    named: list[dict[str, str]] = []
    hook = Opens(str(copy), [str(unit)], named.append).hook()
    for file in (unit, beside):
        hook("open", (str(file), "rb", os.O_RDONLY))
    assert [line["path"] for line in named] == [str(beside)]
