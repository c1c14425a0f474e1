"""The Pulumi engine: found, installed or built, and the language host for the built one."""
