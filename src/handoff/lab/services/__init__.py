"""The processes of the lab, one per module: how each is started and what it exports."""
