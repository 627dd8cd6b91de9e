"""What evidence proves: verdicts on runs, acceptance by checks, differences of baselines."""
