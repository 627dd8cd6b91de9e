"""People's keys and signatures: makes, keeps and trusts keys, signs and verifies. Only this package uses cryptography."""
