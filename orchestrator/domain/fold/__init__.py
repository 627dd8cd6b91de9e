"""From a journal to the deployment it records, and to the brief of one."""
