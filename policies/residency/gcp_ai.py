"""Vertex AI and its search: where models answer and documents are indexed."""

from __future__ import annotations

from handoff.controls.model import Category, Control, Severity

from ._gcp_places import LIVES, TRANSFER, home

ENDPOINT = "gcp:vertex/aiEndpoint:AiEndpoint"
DATA_STORE = "gcp:discoveryengine/dataStore:DataStore"
SEARCH = "gcp:discoveryengine/searchEngine:SearchEngine"
CHAT = "gcp:discoveryengine/chatEngine:ChatEngine"

CONTROLS = (
    Control(
        id="residency-gcp-ai-endpoint",
        title="Models answer in allowed regions only",
        why="Prompts and predictions hold data, and they are processed in the region of the endpoint.",
        fix="Make the endpoint with location set to a region inside residency.",
        blind="Calls to Google's own models through the global endpoint, which a program makes and no resource shows.",
        source="https://cloud.google.com/vertex-ai/docs/general/locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R108",),
        maps=LIVES,
        also=TRANSFER,
        reads={ENDPOINT: ("location",)},
        evaluate=home("answers in", service="vertex"),
        snippet="""\
import pulumi_gcp as gcp

gcp.vertex.AiEndpoint("triage", display_name="triage", location="europe-west1")
""",
    ),
    Control(
        id="residency-gcp-search-location",
        title="Documents for search are indexed in allowed regions only",
        why="A data store in the location global keeps and indexes the documents anywhere.",
        fix="Make the data store and its engines with location set to eu or us, whichever lies inside residency.",
        blind="Documents that a website shows to Google's public search.",
        source="https://cloud.google.com/generative-ai-app-builder/docs/locations (read 2026-11-22)",
        category=Category.PLACE,
        rows=("R108",),
        maps=LIVES,
        also=TRANSFER,
        severity=Severity.CRITICAL,
        reads={DATA_STORE: ("location",), SEARCH: ("location",), CHAT: ("location",)},
        evaluate=home("indexes documents in", service="discoveryengine"),
        snippet="""\
import pulumi_gcp as gcp

gcp.discoveryengine.DataStore("manuals", data_store_id="manuals", display_name="manuals", location="eu", industry_vertical="GENERIC")
""",
    ),
)
