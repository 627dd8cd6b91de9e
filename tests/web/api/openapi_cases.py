"""Requests made from the document of the API, each answered as the document says: run by test_openapi_document.py.

Not collected with the others: every worker would work out all the cases, and one of them would run them.
"""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

from tests.web.api.described_service import DOCUMENT, HEADERS, service

SCHEMA = schemathesis.openapi.from_asgi(DOCUMENT, service()).include(
    path_regex=os.environ.get("ORCH_TEST_ROUTES", "")
)


@SCHEMA.parametrize()
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_document(case: schemathesis.Case[Any]) -> None:
    # Cursors of other lists and spans that end before they begin are of the right shape, and refused.
    # Without a login nothing is answered: tests of the gate walk that, and here it cannot be taken off again.
    refused = [schemathesis.checks.positive_data_acceptance, schemathesis.checks.ignored_auth]
    case.call_and_validate(headers=HEADERS, excluded_checks=refused)
