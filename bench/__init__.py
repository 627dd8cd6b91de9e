"""`make bench`: what a governed rollout costs, beside the bare run that it replaces, and where its time goes."""
