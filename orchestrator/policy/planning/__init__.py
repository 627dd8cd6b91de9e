"""What is wrong or weak in plans and policies before anything runs, and the digests of what would run."""
