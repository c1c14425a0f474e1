"""Inbound dependencies on AWS, one kind per file."""
