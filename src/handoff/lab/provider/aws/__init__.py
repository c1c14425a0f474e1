"""Resource types of the AWS package: one module per family, each ending with `RECORDS`."""
