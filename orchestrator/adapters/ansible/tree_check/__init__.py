"""What the plan check reads of playbooks, roles and plugins before anything runs; it never runs them."""
