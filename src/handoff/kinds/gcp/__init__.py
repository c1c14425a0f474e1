"""Ways into an estate on gcp."""
