"""Evidence: the ledger, statements and their signatures, certificates, and the check of all of it without network."""
