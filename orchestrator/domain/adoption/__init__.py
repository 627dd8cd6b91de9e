"""What is read of an existing Ansible tree before it has a release plan."""
