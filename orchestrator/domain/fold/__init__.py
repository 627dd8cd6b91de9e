"""From a journal to the deployment it tells of, and to the brief of one."""
