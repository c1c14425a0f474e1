"""The gateway: every request to the lab's AWS passes here, and is answered by whoever has the operation."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from handoff.lab.aws import elsewhere, guard, repaging, routes, trail, wire
from handoff.lab.aws.models import operation_model
from handoff.lab.aws.paging import Place, cut, paging_of, place, size_of
from handoff.lab.aws.shapes import faults
from handoff.lab.aws.standin import Account, Fault, StandIn

if TYPE_CHECKING:
    from handoff.lab.aws.catalogue import Catalogue
    from handoff.lab.aws.control import Control, Orders
    from handoff.lab.aws.request import Answer, Behind, Operation, Request

_log = logging.getLogger(__name__)


class Gateway:
    """Answers a request itself, or hands it to what is behind it."""

    def __init__(self, catalogue: Catalogue, control: Control) -> None:
        self._catalogue = catalogue
        self._control = control

    async def answer(self, request: Request, behind: Behind) -> Answer:
        """The whole answer to one request."""
        if (controlled := self._control.answer(request)) is not None:
            return controlled
        operation = routes.find(request)
        if operation is None:
            return await behind(request)
        account = _account(request, self._catalogue)
        orders = self._control.of(account.id)
        try:
            if orders is not None:
                await _obey(orders, operation.op)
            return await self._served(request, operation, account, orders, behind)
        except Fault as fault:
            return wire.refusal(request, operation, fault)

    async def _served(self, request: Request, operation: Operation, account: Account, orders: Orders | None, behind: Behind) -> Answer:
        page_size = None if orders is None else orders.page_size
        made = self._catalogue.operations.get(operation.op)
        if made is not None:
            answer = _by_stand_in(request, operation, made(account), page_size)
            trail.note(request, operation)
            return answer
        if elsewhere.serves(operation):
            guard.check(request, operation, "*")
            ask = _moto(operation, account.id)
        elif _is_nobodys(request, operation):
            raise Fault("NotImplemented", f"the lab's AWS has no {operation.op}", status=501)
        else:
            ask = behind
        if page_size is None:
            return await ask(request)
        return await repaging.paged(request, operation, page_size, ask)


def _moto(operation: Operation, account: str) -> Behind:
    async def ask(request: Request) -> Answer:
        answer = await asyncio.to_thread(elsewhere.ask, request, operation, account)
        if answer[0] < 300:
            trail.note(request, operation)
        return answer

    return ask


async def _obey(orders: Orders, op: str) -> None:
    if orders.record:
        orders.calls.append(op)
    if orders.delay_ms:
        await asyncio.sleep(orders.delay_ms / 1000)
    if (fault := orders.fault(op)) is not None:
        raise fault


def _account(request: Request, catalogue: Catalogue) -> Account:
    from ministack.core.responses import get_account_id, get_region

    return Account(id=get_account_id(), region=get_region(), caller=guard.caller(request), catalogue=catalogue)


def _is_nobodys(request: Request, operation: Operation) -> bool:
    """Ministack takes what it does not know for S3, and answers as S3 would: not found, which is no answer to the question."""
    from ministack.app import SERVICE_HANDLERS
    from ministack.core.router import detect_service

    if operation.signing_name.startswith("s3"):
        return False
    taken_for = detect_service(request.method, request.path, dict(request.headers), _with_form(request))
    return taken_for == "s3" or taken_for not in SERVICE_HANDLERS


def _with_form(request: Request) -> dict[str, list[str]]:
    from ministack.app import _routing_params

    found: dict[str, list[str]] = _routing_params(request.method, request.path, request.headers, request.body, dict(request.query))
    return found


def _by_stand_in(request: Request, operation: Operation, stand_in: StandIn, page_size: int | None) -> Answer:
    p = wire.members(request, operation)
    guard.check(request, operation, stand_in.resource_of(operation.name, p))
    answer: dict[str, Any] = dict(getattr(stand_in, operation.name)(p) or {})
    paging = paging_of(operation.service, operation.name)
    if paging is not None:
        answer = cut(answer, paging, place(p.get(paging.token_in)) or Place(), size_of(paging, p, page_size))
    if wrong := list(faults(operation_model(operation.service, operation.name).output_shape, answer)):
        _log.error("%s: the stand-in's answer is none that the vendor could give: %s", operation.op, "; ".join(wrong))
        raise Fault("StandInIsWrong", "; ".join(wrong), status=500)
    return wire.answer(request, operation, answer)
