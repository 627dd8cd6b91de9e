"""Load balancers, asked over ssh or from this machine."""
