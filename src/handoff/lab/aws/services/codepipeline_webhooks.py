"""Webhooks of CodePipeline; moto has the pipelines and no webhooks."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class CodepipelineWebhooks(StandIn):
    """Not enforced: nothing in the lab starts a pipeline, and a webhook may name one that is not there."""

    service = "codepipeline"

    def PutWebhook(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Its address is made anew when the webhook is."""
        asked = p["webhook"]
        known = self.table("webhooks").get(asked["name"]) or {"url": f"https://webhooks.domain.example/trigger?t={uuid.uuid4()}"}
        arn = f"arn:aws:codepipeline:{self.account.region}:{self.account.id}:webhook:{asked['name']}"
        made = {"definition": asked, "url": known["url"], "arn": arn, "tags": list(p.get("tags") or ())}
        self.table("webhooks")[asked["name"]] = made
        return {"webhook": made}

    def ListWebhooks(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """All of the region, tokens and all."""
        return {"webhooks": list(self.table("webhooks").values())}

    def DeleteWebhook(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """Says nothing when it is gone."""
        self.table("webhooks").pop(p["name"], None)
        return {}


STAND_IN = CodepipelineWebhooks
