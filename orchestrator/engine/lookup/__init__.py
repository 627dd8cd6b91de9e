"""How deployments stand: lookups, snapshots, previews, and the facts that admission rests on."""
