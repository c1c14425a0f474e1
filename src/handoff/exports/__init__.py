"""Exports: what is given back of each data store, one store per file; the contract lies in `_contract.py`."""
