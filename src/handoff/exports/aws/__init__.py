"""Exports of AWS data stores, one per file."""
