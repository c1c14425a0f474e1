"""A Pulumi provider that takes whatever it is given: enough for a preview of any resource of any package, with no cloud behind it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as messages


class Echo(provider_pb2_grpc.ResourceProviderServicer):
    """Method names are the protocol's."""

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="100.0.0")

    def Attach(self, request: Any, context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def CheckConfig(self, request: messages.CheckRequest, context: Any) -> messages.CheckResponse:
        return messages.CheckResponse(inputs=request.news)

    def Configure(self, request: Any, context: Any) -> messages.ConfigureResponse:
        return messages.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=True)

    def Check(self, request: messages.CheckRequest, context: Any) -> messages.CheckResponse:
        return messages.CheckResponse(inputs=request.news)

    def Create(self, request: messages.CreateRequest, context: Any) -> messages.CreateResponse:
        return messages.CreateResponse(properties=request.properties)


@contextmanager
def serving() -> Iterator[int]:
    """The port of a provider that runs until the block ends."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Echo(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()
