"""Resource types of the Microsoft Graph package: one module per family, each ending with `RECORDS`."""
