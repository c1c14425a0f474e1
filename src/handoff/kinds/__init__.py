"""Access-path kinds: one per file, found by walking."""
