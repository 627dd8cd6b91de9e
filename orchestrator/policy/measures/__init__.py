"""What is measured from the records of deployments."""
