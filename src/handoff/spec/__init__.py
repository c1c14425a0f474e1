"""The engagement spec: one YAML file that says who, where, what may be done, until when, and how it ends."""

from __future__ import annotations

from handoff.spec.model import AccessGrant, DataClass, Engagement, Environment, Identities, PartyBlock, Store, Waiver
from handoff.spec.reading import Loaded, json_schema, load

__all__ = ["AccessGrant", "DataClass", "Engagement", "Environment", "Identities", "Loaded", "PartyBlock", "Store", "Waiver", "json_schema", "load"]
