"""A server of orch as the place of the journal: it is read over the API, and words are handed in there."""
