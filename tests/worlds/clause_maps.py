"""A map of clauses that a project adds."""

OWN = """\
orch: 1
map: bank
version: 3
title: The bank's own
source: {document: Change handbook, edition: "2026-02", read_in: our intranet}
reading: house
clauses:
  - clause: "4"
    title: Approval
    asks: Somebody else looks at it.
    evidence: [approval_by_role, duties_separated]
"""
