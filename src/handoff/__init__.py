"""handoff: provision a client's estate from one engagement spec, and hand it back with proof."""

__version__ = "0.1.0"
