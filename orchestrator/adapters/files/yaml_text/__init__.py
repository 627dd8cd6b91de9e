"""YAML as people write it: read within limits, with line numbers, and its faults in words."""
