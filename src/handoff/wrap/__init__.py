"""Wrappers around a Reader or a Writer: what a run does differently is put around the connection, never threaded through the code."""
