"""Seals over the journal: trees that grow with each append, and looks at whether everything still fits."""
