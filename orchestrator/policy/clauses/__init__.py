"""Evidence by clause: what a deployment and a period hold of what standards ask for, and what is missing."""
