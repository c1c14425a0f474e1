"""Whole policies of event buses; ministack knows single statements, and writes a foreign account as it was asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handoff.lab.aws.standin import Fault, StandIn

if TYPE_CHECKING:
    from collections.abc import Mapping


class EventBusPolicies(StandIn):
    """Kept where ministack shows them."""

    service = "events"

    def PutPermission(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """The whole policy, or one statement of it."""
        from ministack.services import eventbridge

        name = self._bus(p)
        if p.get("Policy"):
            eventbridge._event_bus_policies[name] = json.loads(p["Policy"])
            return {}
        known = eventbridge._event_bus_policies.get(name) or {"Version": "2012-10-17", "Statement": []}
        rest = [statement for statement in known["Statement"] if statement.get("Sid") != p["StatementId"]]
        eventbridge._event_bus_policies[name] = {**known, "Statement": [*rest, self._statement(name, p)]}
        return {}

    def RemovePermission(self, p: Mapping[str, Any]) -> Mapping[str, Any]:
        """One statement, or all."""
        from ministack.services import eventbridge

        name = self._bus(p)
        known = eventbridge._event_bus_policies.get(name) or {"Version": "2012-10-17", "Statement": []}
        rest = [] if p.get("RemoveAllPermissions") else [statement for statement in known["Statement"] if statement.get("Sid") != p["StatementId"]]
        if not p.get("RemoveAllPermissions") and len(rest) == len(known["Statement"]):
            raise Fault("ResourceNotFoundException", "Statement with the provided id does not exist.")
        eventbridge._event_bus_policies.pop(name, None)
        if rest:
            eventbridge._event_bus_policies[name] = {**known, "Statement": rest}
        return {}

    def _bus(self, p: Mapping[str, Any]) -> str:
        from ministack.services import eventbridge

        name = str(p.get("EventBusName") or "default").rsplit("/", 1)[-1]
        if eventbridge._event_buses.get(name) is None:
            raise Fault("ResourceNotFoundException", f"Event bus {name} does not exist.")
        return name

    def _statement(self, name: str, p: Mapping[str, Any]) -> dict[str, Any]:
        principal = "*" if p["Principal"] == "*" else {"AWS": f"arn:aws:iam::{p['Principal']}:root"}
        condition = p.get("Condition")
        return {
            "Sid": p["StatementId"],
            "Effect": "Allow",
            "Principal": principal,
            "Action": p["Action"],
            "Resource": f"arn:aws:events:{self.account.region}:{self.account.id}:event-bus/{name}",
        } | ({"Condition": {condition["Type"]: {condition["Key"]: condition["Value"]}}} if condition else {})


STAND_IN = EventBusPolicies
