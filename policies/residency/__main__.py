"""Serves this folder's controls to the engine."""

from pathlib import Path

from handoff.controls.serving import serve

if __name__ == "__main__":
    serve(Path(__file__).resolve().parent)
