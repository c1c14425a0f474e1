"""The first identities of the lab, one module per cloud."""
