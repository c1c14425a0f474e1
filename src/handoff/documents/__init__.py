"""The transfer package, one section per file; the contract lies in `_contract.py`."""
