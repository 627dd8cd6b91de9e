"""Evidence from hosts and runs: baselines, outcomes, and the events of a playbook."""
