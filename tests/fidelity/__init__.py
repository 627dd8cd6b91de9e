"""The same playbooks, stock and accelerated: what each says is compared field by field (`python -m tests.fidelity`)."""
