"""AWS access-path kinds, one per file."""
