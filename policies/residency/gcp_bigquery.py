"""BigQuery: where datasets lie and where they fail over to."""

from __future__ import annotations

from handoff.controls.model import Category, Control, Severity

from ._gcp_places import DATASET, LIVES, TRANSFER, named

RESERVATION = "gcp:bigquery/reservation:Reservation"

CONTROLS = (
    Control(
        id="residency-gcp-dataset-location",
        title="Every region in which a BigQuery dataset may lie is allowed",
        why="A dataset that names no location lies in the multi-region of the United States, and it can never be moved.",
        fix="Make the dataset with location set to a region or multi-region inside residency, and copy the tables into it.",
        blind="Results of queries that are exported, and tables shared through Analytics Hub.",
        source="https://cloud.google.com/bigquery/docs/locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R081",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={DATASET: ("location",)},
        evaluate=named("location", "keeps tables in", default="us"),
        snippet="""\
import pulumi_gcp as gcp

gcp.bigquery.Dataset("records", dataset_id="records", location="europe-west1")
""",
    ),
    Control(
        id="residency-gcp-bigquery-failover",
        title="A BigQuery reservation fails over to an allowed region only",
        why="Managed disaster recovery copies every dataset that is attached to the reservation into its secondary location.",
        fix="Remove secondaryLocation, or set it to a region inside residency or dr_residency of the data class.",
        blind="Cross-region dataset replicas that are made with SQL.",
        source="https://cloud.google.com/bigquery/docs/managed-disaster-recovery (read 2026-11-22)",
        category=Category.COPY,
        rows=("R082",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={RESERVATION: ("secondaryLocation",)},
        evaluate=named("secondaryLocation", "fails over to", is_copy=True),
        snippet="""\
import pulumi_gcp as gcp

gcp.bigquery.Reservation("warehouse", location="europe-west1", slot_capacity=100, edition="ENTERPRISE_PLUS", secondary_location="europe-west4")
""",
    ),
)
