"""The vendors: the only modules that import an SDK. One file per cloud."""
