"""What a driver and its zygote say to one another, and the mark of an attempt; imported before anything that takes its time."""

READY = b"ready"
FORKED = b"forked"
ACCELERATE = b"accelerate"
INSPECT = b"inspect"
AHEAD = b"ahead"
PREPARE = b"prepare"
TAKEN = b"taken"
LONGEST_MESSAGE = 4096
MARK = "ORCH_ATTEMPT"
"""The variable by which the processes of an attempt on this machine are known."""
