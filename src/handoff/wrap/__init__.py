"""Wrappers around a Reader or Writer: dry run, retry, record. Never flags threaded through the code."""
