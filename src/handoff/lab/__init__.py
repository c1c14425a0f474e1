"""The lab: the engine, emulators and stand-ins that make the whole life cycle run on one machine. Nothing of the product imports it."""
