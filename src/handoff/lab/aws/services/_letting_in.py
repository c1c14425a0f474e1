"""Whether a resource policy of a stand-in lets in the caller, as ministack judges the policies of its own resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab.aws.standin import Fault

if TYPE_CHECKING:
    from handoff.lab.aws.standin import Account


def check(account: Account, owner: str, document: str | None, action: str, resource: str) -> None:
    """Raises the refusal when the resource is another account's and its policy does not let the caller do this."""
    from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy

    if account.id == owner:
        return
    context = EvalContext(
        principal_arn=account.caller, principal_type="User", principal_account=account.id, action=action, resource_arn=resource, region=account.region
    )
    if evaluate_resource_policy(document, context).decision != "Allow":
        message = f"User: {account.caller} is not authorized to perform: {action} on resource: {resource} because no resource-based policy allows it"
        raise Fault("AccessDeniedException", message, status=403)
