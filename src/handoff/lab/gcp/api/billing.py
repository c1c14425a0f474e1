"""Cloud Billing: which account pays for a project, and budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.gcp.calls import Call, handles, masked, page
from handoff.lab.gcp.refusal import invalid
from handoff.lab.gcp.state import shown

if TYPE_CHECKING:
    from handoff.lab.gcp.state import Record

BUDGETS = "billingbudgets.v1"
BILLING = "cloudbilling.v1"


def _account(call: Call) -> str:
    return "/".join(call.name.split("/")[:2])


@handles(BUDGETS, "billingAccounts.budgets.create", may="billing.budgets.create")
def create(call: Call) -> Record:
    """Create a budget."""
    call.find("billingAccounts")
    if not call.body.get("amount"):
        raise invalid("A budget needs an amount.")
    name = f"{call.name}/budgets/{call.state.number()}"
    record = {**call.body, "name": name, "etag": "b1"}
    call.state.table("budgets")[name] = record
    return shown(record)


@handles(BUDGETS, "billingAccounts.budgets.get", may="billing.budgets.get")
def get(call: Call) -> Record:
    """One budget."""
    return shown(call.find("budgets"))


@handles(BUDGETS, "billingAccounts.budgets.list", may="billing.budgets.list")
def listing(call: Call) -> Record:
    """Budgets of a billing account."""
    prefix = f"{_account(call)}/budgets/"
    return page(call, {name: record for name, record in call.state.table("budgets").items() if name.startswith(prefix)}, "budgets")


@handles(BUDGETS, "billingAccounts.budgets.patch", may="billing.budgets.update")
def patch(call: Call) -> Record:
    """Change a budget."""
    record = call.find("budgets")
    masked(record, call.body, call.ask("updateMask"), fixed=frozenset({"name", "etag"}))
    return shown(record)


@handles(BUDGETS, "billingAccounts.budgets.delete", may="billing.budgets.delete")
def delete(call: Call) -> Record:
    """Delete a budget."""
    call.find("budgets")
    del call.state.table("budgets")[call.name]
    return {}


@handles(BILLING, "billingAccounts.get", may="billing.accounts.get")
def account(call: Call) -> Record:
    """One billing account."""
    return shown(call.find("billingAccounts"))


def _of_project(call: Call) -> str:
    return "/".join(call.name.split("/")[:2])


@handles(BILLING, "projects.getBillingInfo", may="resourcemanager.projects.get", at=_of_project)
def info(call: Call) -> Record:
    """Who pays for a project."""
    project = call.find("projects", _of_project(call))
    paid = project.get("_billing", "")
    return {"name": f"{_of_project(call)}/billingInfo", "projectId": project["projectId"], "billingAccountName": paid, "billingEnabled": bool(paid)}


@handles(BILLING, "projects.updateBillingInfo", may=None)
def update_info(call: Call) -> Record:
    """Choose who pays; takes a right on the project and one on the billing account."""
    call.demand("resourcemanager.projects.createBillingAssignment", _of_project(call))
    project = call.find("projects", _of_project(call))
    wanted = str(call.body.get("billingAccountName", ""))
    if wanted:
        call.find("billingAccounts", wanted)
        call.demand("billing.resourceAssociations.create", wanted)
    project["_billing"] = wanted
    return info(call)  # type: ignore[return-value]
