"""Inbound dependencies: what of the client's still leans on the provider; one kind of leaning per file, one package per cloud."""
