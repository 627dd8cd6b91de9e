"""The capability of deployment management: facts of a period, evidence, criteria, the level reached."""
