"""`python -m handoff` is the same as the `handoff` command."""

from handoff.cli import main

main()
