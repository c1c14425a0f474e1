"""Resource types of the GCP package: one module per family, each ending with `RECORDS`."""
