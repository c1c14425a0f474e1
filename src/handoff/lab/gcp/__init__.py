"""The stand-in for Google Cloud: one HTTP server that checks tokens and permissions as Google does, narrowly and without echo.

What it enforces and what it does not is listed in docs/lab-gcp.md. `python -m handoff.lab.gcp --help` starts it alone.
"""
