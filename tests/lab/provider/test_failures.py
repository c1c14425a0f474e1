from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from handoff.lab.provider.failures import vendor_errors
from handoff.lab.provider.record import EmulatorError, Missing


def refusal(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "told"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetThing")


@pytest.mark.parametrize(
    "code", ["404", "NoSuchEntity", "NoSuchBucket", "ResourceNotFoundException", "InvalidVpcID.NotFound", "ServerSideEncryptionConfigurationNotFoundError"]
)
def test_gone(code: str) -> None:
    with pytest.raises(Missing, match="told"), vendor_errors():
        raise refusal(code, 404)


@pytest.mark.parametrize("code", ["AccessDenied", "403", "500", "InternalFailure", "DeleteConflict"])
def test_refused_or_broken_is_not_gone(code: str) -> None:
    with pytest.raises(EmulatorError, match=f"{code}: told \\(GetThing\\)") as caught, vendor_errors():
        raise refusal(code, 403)
    assert not isinstance(caught.value, Missing)
    assert caught.value.status == 403


def test_nobody_there() -> None:
    with pytest.raises(EmulatorError, match="EndpointConnectionError") as caught, vendor_errors():
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    assert not isinstance(caught.value, Missing)
