"""Programs that `orch init` writes into a tree; the tree's playbooks send them to the hosts."""
