"""Leases in the database's own time: rows, what was seen of them, and who holds one."""
