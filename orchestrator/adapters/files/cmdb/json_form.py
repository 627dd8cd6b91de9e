"""Configuration items as JSON: one object with a list of items."""

import json
from collections.abc import Iterable

from orchestrator.adapters.files.cmdb.table_file import ITEMS
from orchestrator.domain.cmdb.ci import Ci
from orchestrator.policy.cmdb.rows import row_of


def json_text(cis: Iterable[Ci]) -> str:
    """The items, in their order; fields that say nothing are left out."""
    rows = [row_of(ci).model_dump(mode="json", exclude_none=True) for ci in cis]
    return json.dumps({"orch_cmdb": 1, ITEMS: rows}, indent=1, ensure_ascii=False) + "\n"
