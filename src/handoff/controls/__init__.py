"""Policy controls: the model, their evaluation, and how a pack serves them to the engine. The controls themselves are in `policies/`."""
