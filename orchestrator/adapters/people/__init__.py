"""What lets people in: passwords by argon2, providers by OpenID Connect, and random secrets."""
