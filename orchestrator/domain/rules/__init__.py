"""What a house asks of deployments: policies, models and their requirements."""
