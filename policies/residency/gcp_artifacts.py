"""Artifact Registry: where images and packages are stored."""

from __future__ import annotations

from handoff.controls.model import Category, Control

from ._gcp_places import LIVES, TRANSFER, home

REPOSITORY = "gcp:artifactregistry/repository:Repository"

CONTROLS = (
    Control(
        id="residency-gcp-repository-location",
        title="Images and packages are stored in allowed regions only",
        why="A multi-region repository stores images, and the data and settings built into them, anywhere on a continent.",
        fix="Make the repository with location set to a region inside residency, and push the images there.",
        blind="Images that are pulled by machines elsewhere, and upstream sources of a remote repository.",
        source="https://cloud.google.com/artifact-registry/docs/repositories/repo-locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R087",),
        maps=LIVES,
        also=TRANSFER,
        reads={REPOSITORY: ("location",)},
        evaluate=home("stores artifacts in"),
        snippet="""\
import pulumi_gcp as gcp

gcp.artifactregistry.Repository("images", repository_id="images", format="DOCKER", location="europe-west1")
""",
    ),
)
