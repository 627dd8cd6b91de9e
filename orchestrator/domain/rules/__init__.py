"""What an organisation requires of deployments: policies, models and their requirements."""
