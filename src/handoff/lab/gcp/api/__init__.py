"""One module per API; each registers its methods with `calls.handles`."""
