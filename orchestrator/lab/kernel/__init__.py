"""What the lab asks of the kernel: control groups, mounts, networks and locks."""
