"""What the lab uses of the kernel: control groups, mounts, networks and locks."""
