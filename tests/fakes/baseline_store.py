"""Baselines in memory."""

import json
from collections.abc import Sequence
from hashlib import sha256

from orchestrator.domain.evidence.baseline import Baseline, BaselineReference
from orchestrator.engine.ports import BaselineStore
from orchestrator.errors import NotFound


class FakeBaselineStore(BaselineStore):
    """Baselines by the digest of their JSON text."""

    def __init__(self) -> None:
        self._baselines: dict[str, Baseline] = {}

    def put_all(self, baselines: Sequence[Baseline]) -> list[BaselineReference]:
        return [self._put(baseline) for baseline in baselines]

    def _put(self, baseline: Baseline) -> BaselineReference:
        text = json.dumps(baseline.model_dump(mode="json"), sort_keys=True)
        digest = sha256(text.encode()).hexdigest()
        self._baselines[digest] = baseline
        return BaselineReference(
            host=baseline.host,
            digest=digest,
            machine_id=baseline.machine_id,
            items=len(baseline.items),
            epoch=baseline.epoch,
        )

    def get(self, digest: str) -> Baseline:
        if digest not in self._baselines:
            raise NotFound(f"There is no baseline {digest}.")
        return self._baselines[digest]
