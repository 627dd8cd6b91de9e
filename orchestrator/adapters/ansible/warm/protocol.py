"""What a driver and its zygote say to one another; imported before anything that takes its time."""

READY = b"ready"
FORKED = b"forked"
ACCELERATE = b"accelerate"
INSPECT = b"inspect"
AHEAD = b"ahead"
LONGEST_MESSAGE = 4096
