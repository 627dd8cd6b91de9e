"""The tests of orch; a package, so that `tests.fakes` can be imported."""
