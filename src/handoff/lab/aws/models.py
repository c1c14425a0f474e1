"""Whole service models, for the few services whose messages the gateway reads and writes itself. Loading moto's reader takes a second, so it waits for the first use."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.model import OperationModel, ServiceModel


@lru_cache(maxsize=64)
def service_model(service: str) -> ServiceModel:
    """The model in the classes of moto, whose parser and serialiser want them."""
    from moto.core.loaders import create_loader
    from moto.core.model import ServiceModel

    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


def operation_model(service: str, name: str) -> OperationModel:
    """One operation of it."""
    return service_model(service).operation_model(name)


@lru_cache(maxsize=64)
def paginators(service: str) -> Mapping[str, Any]:
    """How the vendor pages: operation to its definition; empty when the vendor does not say."""
    from botocore.exceptions import UnknownServiceError
    from botocore.loaders import Loader

    try:
        found: Mapping[str, Any] = Loader().load_service_model(service, "paginators-1")["pagination"]
    except UnknownServiceError:
        return {}
    return found
