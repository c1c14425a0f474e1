"""One run over an estate: connections, ledger and the engine, put together."""
