"""What an environment is made of: one component resource per file."""
