"""Resource types of the ARM package: one module per family, each ending with `RECORDS`."""
