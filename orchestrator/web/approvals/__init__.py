"""Approvals in the browser: what waits for whom, what exactly is signed, and decisions by passkey."""
