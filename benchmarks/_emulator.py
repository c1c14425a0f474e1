"""ministack, changed in four points for the benchmark.

Calls are counted. GetAccountAuthorizationDetails comes in pages, as AWS cuts them. ListAccessKeys and the check of each signature look keys up instead
of going through all of them, and the state is no garbage to be searched: else an estate ten times as large would make the emulator itself many times as slow.

PORT is in GATEWAY_PORT; `GET /_bench/calls` gives the calls by service since the last such question.
"""

# ruff: noqa: ANN401 - boto3's clients and the emulator's handlers have no types

from __future__ import annotations

import gc
import json
import re
from collections import Counter
from typing import Any

import ministack.app
from ministack.core import iam_evaluator
from ministack.services import iam

_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_calls: Counter[str] = Counter()
_dispatch = ministack.app._dispatch_service_request
_details = iam._get_account_authorization_details
_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_owners: dict[int, dict[str, list[tuple[str, Any]]]] = {}
_accounts: dict[int, dict[str, str]] = {}
_kept: dict[int, tuple[str, list[tuple[str, str]]]] = {}


async def dispatch(method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any], request_id: str) -> Any:
    if path == "/_bench/calls":
        told = json.dumps(_calls).encode()
        _calls.clear()
        gc.freeze()  # else the emulator goes through the whole estate again and again in search of garbage, and slows down with its size
        return 200, {"Content-Type": "application/json"}, told
    signed = _SERVICE.search(headers.get("authorization", ""))
    _calls[signed[1] if signed else "unsigned"] += 1
    return await _dispatch(method, path, headers, body, query_params, request_id)


def details(params: Any) -> Any:
    """The same answer, a thousand items or fewer at a time. The whole is made once for as many principals as there are."""
    now = len(iam._users) * 1_000_003 + len(iam._roles)
    if now not in _kept:
        _, _, body = _details(params)
        text = body.decode() if isinstance(body, bytes) else body
        _kept.clear()
        _kept[now] = (text, [(name, member) for name in _LISTS for member in _members(text, name)])
    text, items = _kept[now]
    size = int(iam._p(params, "MaxItems") or 100)
    start = int(iam._p(params, "Marker") or 0)
    page = items[start : start + size]
    lists = "".join(f"<{name}>{''.join(one for of, one in page if of == name)}</{name}>" for name in _LISTS)
    more = f"<IsTruncated>true</IsTruncated><Marker>{start + size}</Marker>" if start + size < len(items) else "<IsTruncated>false</IsTruncated>"
    return iam._xml(
        200, "GetAccountAuthorizationDetailsResponse", f"<GetAccountAuthorizationDetailsResult>{lists}{more}</GetAccountAuthorizationDetailsResult>", ns="iam"
    )


def access_keys(params: Any) -> Any:
    """The same answer. The index is made once for as many keys as there are."""
    held = iam._access_keys._data
    if len(held) not in _owners:
        by_user: dict[str, list[tuple[str, Any]]] = {}
        for key_id, about in iam._access_keys.items():
            by_user.setdefault(about["UserName"], []).append((key_id, about))
        _owners.clear()
        _owners[len(held)] = by_user
    name = iam._p(params, "UserName")
    members = "".join(
        f"<member><AccessKeyId>{key_id}</AccessKeyId><Status>{about['Status']}</Status><UserName>{name}</UserName><CreateDate>{about['CreateDate']}</CreateDate></member>"
        for key_id, about in _owners[len(held)].get(name, ())
    )
    keys = f"<AccessKeyMetadata>{members}</AccessKeyMetadata><IsTruncated>false</IsTruncated>"
    return iam._xml(200, "ListAccessKeysResponse", f"<ListAccessKeysResult>{keys}</ListAccessKeysResult>", ns="iam")


def account_of(access_key_id: str) -> str | None:
    """The account of a key, as the emulator finds it when it looks at every key of everybody."""
    held = iam._access_keys._data
    if len(held) not in _accounts:
        _accounts.clear()
        _accounts[len(held)] = {key_id: account for account, key_id in held}
    return _accounts[len(held)].get(access_key_id)


def _members(text: str, name: str) -> list[str]:
    """The outermost members of one list."""
    inner = text.partition(f"<{name}>")[2].rpartition(f"</{name}>")[0]
    found, depth, start = [], 0, 0
    for tag in re.finditer(r"<(/?)member>", inner):
        if not tag[1]:
            start, depth = (tag.start() if depth == 0 else start), depth + 1
        else:
            depth -= 1
            if depth == 0:
                found.append(inner[start : tag.end()])
    return found


if __name__ == "__main__":
    ministack.app._dispatch_service_request = dispatch
    for module in (iam_evaluator, ministack.app):
        if hasattr(module, "find_iam_access_key_account"):
            module.find_iam_access_key_account = account_of
    table = next(value for value in vars(iam).values() if isinstance(value, dict) and value.get("GetAccountAuthorizationDetails") is _details)
    table["GetAccountAuthorizationDetails"] = details
    table["ListAccessKeys"] = access_keys
    ministack.app.main()
