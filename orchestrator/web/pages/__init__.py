"""Pages: one file for each subject, which makes values from the journal for a template beside it."""
