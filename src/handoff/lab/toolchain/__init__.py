"""Go and Node.js: the system's where they fit, else pinned wheels put into the user's cache."""
