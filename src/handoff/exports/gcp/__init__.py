"""Data stores on Google Cloud."""
