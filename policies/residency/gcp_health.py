"""Cloud Healthcare: where health records lie."""

from __future__ import annotations

from handoff.controls.model import Category, Control, Severity

from ._gcp_places import LIVES, TRANSFER, home

DATASET = "gcp:healthcare/dataset:Dataset"

CONTROLS = (
    Control(
        id="residency-gcp-healthcare-location",
        title="Health records lie in allowed regions only",
        why="A dataset in the multi-region us or eu keeps records in several regions, and it can never be moved.",
        fix="Make the dataset with location set to a region inside residency, and import the records.",
        blind="Exports to BigQuery and Cloud Storage, which the stores of the dataset stream to.",
        source="https://cloud.google.com/healthcare-api/docs/regions (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R109",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={DATASET: ("location",)},
        evaluate=home("keeps records in"),
        snippet="""\
import pulumi_gcp as gcp

gcp.healthcare.Dataset("records", name="records", location="europe-west4")
""",
    ),
)
