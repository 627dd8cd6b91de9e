"""When a deployment may run: windows, bookings, conflicts, due starts, and the point of no return."""
