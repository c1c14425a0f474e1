"""Decisions only: what to cut, in which order, what is proven. No SDK, no file, no clock."""
