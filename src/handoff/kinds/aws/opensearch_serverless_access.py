"""Data access policies of OpenSearch Serverless."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from handoff.errors import CloudError
from handoff.kinds.aws import _people, _policy, _revision
from handoff.kinds.aws._resource_policy import Held
from handoff.kinds.aws._revision import RevisedPolicy
from handoff.model import KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import AccessPath, Json, Kind, Reader, Receipt, Verb, Writer


class OpensearchServerlessAccess(RevisedPolicy):
    """One principal of one entry of one data access policy.

    These documents are lists of entries of their own form. Here each is read as a statement that allows its permissions and has the entry for its `Sid`,
    and written back as it was.
    """

    id = KindId("aws.opensearch_serverless_access")
    title = "OpenSearch Serverless data access policy"
    source = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_REGION
    # AWS gives no figure; five minutes are our own margin.
    lag = Lag(
        settle_s=300,
        survives_s=0,
        source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html (read 2026-11-22)",
    )
    reads = _people.MARK_READS | {"opensearchserverless:GetAccessPolicy", "opensearchserverless:ListAccessPolicies"}
    writes = frozenset({"opensearchserverless:CreateAccessPolicy", "opensearchserverless:DeleteAccessPolicy", "opensearchserverless:UpdateAccessPolicy"})
    fences = frozenset({"aoss:CreateAccessPolicy", "aoss:UpdateAccessPolicy"})
    creates = frozenset({"aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy"})
    blind = "Network policies of collections, SAML groups' members, and what IAM itself allows (`aoss:APIAccessAll`)."

    def holders(self, reader: Reader, /) -> Iterator[Held]:
        """Every data access policy of the region."""
        for item in reader.read("opensearchserverless:ListAccessPolicies", type="data"):
            name = str(item["name"])
            yield Held(id=f"data/{name}", name=f"data access policy {name}", params={"type": "data", "name": name})

    def read_policy(self, reader: Reader, held: Held, /) -> object | None:
        """The entries as statements."""
        detail = _detail(reader, held.params)
        if detail is None:
            return None
        entries = detail.get("policy")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise CloudError(f"{held.id}: the policy is not a list of entries")
        return _revision.carried({"Statement": [_statement(entry) for entry in entries]}, detail["policyVersion"])

    def write_policy(self, writer: Writer, held: Held, text: str, /) -> Receipt:
        """The entries, replaced."""
        body, revision = _revision.split(text)
        return writer.write("opensearchserverless:UpdateAccessPolicy", **held.params, policyVersion=revision, policy=_entries(body))

    def drop_policy(self, writer: Writer, held: Held, /) -> Receipt:
        """A policy has to name somebody, so the last entry takes it along."""
        return writer.write("opensearchserverless:DeleteAccessPolicy", **held.params, missing_ok=True)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The principal's share of the entries, and the description that a deleted policy takes along."""
        found = super().image(reader, path)
        detail = _detail(reader, cast("Json", path.detail["params"])) if found else None
        return {**found, "description": detail.get("description") or ""} if found and detail else None

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Put the principal back; a policy that went with its last entry is made anew."""
        params = cast("Json", path.detail["params"])
        if _detail(writer, params) is not None:
            yield from super().undo(writer, path, verb, before)
            return
        described = {"description": before["description"]} if before.get("description") else {}
        body = _policy.text({"Statement": before["statements"]})
        yield writer.write("opensearchserverless:CreateAccessPolicy", **params, **described, policy=_entries(body))


def _detail(reader: Reader, params: Json) -> Json | None:
    answer = reader.get("opensearchserverless:GetAccessPolicy", **params)
    return cast("Json", answer["accessPolicyDetail"]) if answer else None


def _statement(entry: Json) -> Json:
    rest = {name: value for name, value in entry.items() if name != "Principal"}
    named = _policy.listed(entry.get("Principal"))
    rules = cast("list[Json]", entry.get("Rules") or ())
    allowed = sorted({str(one) for rule in rules for one in _policy.listed(rule.get("Permission"))})
    return {"Effect": "Allow", "Action": allowed, "Sid": json.dumps(rest, sort_keys=True), "Principal": {"AWS": named[0] if len(named) == 1 else named}}


def _entries(body: str) -> str:
    statements = cast("list[Json]", _policy.parse(body, where="the policy to write")["Statement"])
    return json.dumps([{**json.loads(str(one["Sid"])), "Principal": _policy.listed(cast("Json", one["Principal"])["AWS"])} for one in statements])


KIND: Kind = OpensearchServerlessAccess()
