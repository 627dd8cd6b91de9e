"""What is seen of hosts and of runs: baselines, outcomes, and the events of a playbook."""
