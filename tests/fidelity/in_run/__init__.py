"""What stands in Ansible's own process; plain Python, under any Ansible."""
