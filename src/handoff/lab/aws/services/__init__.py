"""Our stand-ins for AWS services, one thought per module. Each module names its class in `STAND_IN`; the gateway finds them by itself."""
