"""Credentials of Entra applications: secrets, certificates, and outside issuers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from handoff.kinds.azure import _principals
from handoff.model import AccessPath, Clue, KindId, Lag, Receipt, ScopeType, Step, Verb, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from handoff.model import Json, Reader, Writer

_APPS = "GET graph:/v1.0/applications"
_APP = "GET graph:/v1.0/applications/{app}"
_PATCH_APP = "PATCH graph:/v1.0/applications/{app}"
_PRINCIPALS = "GET graph:/v1.0/servicePrincipals"
_PATCH_PRINCIPAL = "PATCH graph:/v1.0/servicePrincipals/{principal}"
_ISSUERS = "GET graph:/v1.0/applications/{app}/federatedIdentityCredentials"
_ISSUER = "GET graph:/v1.0/applications/{app}/federatedIdentityCredentials/{credential}"
_ADD_ISSUER = "POST graph:/v1.0/applications/{app}/federatedIdentityCredentials"
_DROP_ISSUER = "DELETE graph:/v1.0/applications/{app}/federatedIdentityCredentials/{credential}"
_DROP_SECRET = "POST graph:/v1.0/applications/{app}/removePassword"  # noqa: S105 the name of a call


class AppCredential:
    """One credential of one application registered in the tenant."""

    id = KindId("azure.app_credential")
    title = "Entra application credential"
    row = "Z7"
    source = "https://learn.microsoft.com/graph/api/application-removepassword (read 2026-11-22)"
    scope_type = ScopeType.AZURE_TENANT
    phase = 5
    lag = Lag(
        settle_s=60,
        survives_s=5400,
        source="https://learn.microsoft.com/entra/identity-platform/access-tokens#token-lifetime (read 2026-11-22): tokens already issued live on for 60 to 90 minutes, longer where the tenant sets another lifetime",
    )
    reads = frozenset({_APPS, _APP, _PRINCIPALS, _ISSUERS, _ISSUER})
    writes = frozenset({_PATCH_APP, _PATCH_PRINCIPAL, _ADD_ISSUER, _DROP_ISSUER, _DROP_SECRET})
    creates = frozenset(
        {
            "azuread:index/application:Application",
            "azuread:index/applicationPassword:ApplicationPassword",
            "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        }
    )
    after = frozenset({KindId("azure.role_assignment"), KindId("azure.lighthouse_delegation")})
    blind = "Credentials that stand on a service principal alone, and who may add new ones (owners), are other kinds. Tokens already issued end only with the rights they carry: role assignments are cut first."

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every secret, certificate and federated issuer of every application."""
        for app in reader.read(_APPS):
            principal = next(reader.read(_PRINCIPALS, query={"$filter": f"appId eq '{app['appId']}'"}), None)
            for form, name in (("secret", "passwordCredentials"), ("certificate", "keyCredentials")):
                for credential in cast("list[Mapping[str, Any]]", app.get(name) or []):
                    yield self._path(reader, app, principal, form, str(credential["keyId"]), str(credential.get("displayName") or ""), ())
            for issuer in reader.read(_ISSUERS, app=app["id"]):
                outside = (Clue.OIDC, f"{issuer.get('issuer')} {issuer.get('subject')}")
                # By its name, which is unique and accepted in place of the id: put back, it gets another id.
                yield self._path(reader, app, principal, "issuer", str(issuer["name"]), str(issuer["name"]), (outside,))

    def steps(self, path: AccessPath, /) -> tuple[Step, ...]:
        """An issuer can be put back. A secret or certificate cannot; where the whole application is its holder's, signing in is turned off first."""
        if path.detail["form"] == "issuer":
            return (Step(verb=Verb.DISABLE, reversible=True, effect="removes the trusted issuer; undone by adding it again"),)
        remove = Step(verb=Verb.DELETE, reversible=False, effect=f"removes the {path.detail['form']} {path.detail['credential']}; it cannot come back")
        if path.detail["whole_app"] and path.detail["principal"]:
            return (Step(verb=Verb.DISABLE, reversible=True, effect=f"turns sign-in of {path.detail['app_name']} off; undone by turning it on"), remove)
        return (remove,)

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """That this one credential is there, and what would be needed to put an issuer back."""
        if path.detail["form"] == "issuer":
            issuer = reader.get(_ISSUER, app=path.detail["app"], credential=path.detail["credential"])
            return None if issuer is None else {name: issuer[name] for name in ("name", "issuer", "subject", "audiences", "description") if issuer.get(name)}
        credential = _find(reader.get(_APP, app=path.detail["app"]), path)
        return None if credential is None else {"keyId": path.detail["credential"], "form": path.detail["form"]}

    def do(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, at: datetime, /) -> Iterator[Receipt]:
        """Turn sign-in off, or remove the credential; what is gone is done."""
        detail = path.detail
        if detail["form"] == "issuer":
            yield writer.write(_DROP_ISSUER, app=detail["app"], credential=detail["credential"], missing_ok=True)
        elif verb is Verb.DISABLE:
            yield _switch(writer, path, on=False)
        elif self.image(writer, path) is None:
            yield Receipt(op=_DROP_SECRET, request_id="", applied=False)
        elif detail["form"] == "secret":
            yield writer.write(_DROP_SECRET, app=detail["app"], body={"keyId": detail["credential"]}, missing_ok=True)
        else:
            app = writer.get(_APP, app=detail["app"]) or {}
            kept = [one for one in cast("list[Mapping[str, Any]]", app.get("keyCredentials") or []) if one["keyId"] != detail["credential"]]
            yield writer.write(_PATCH_APP, app=detail["app"], body={"keyCredentials": kept}, missing_ok=True)

    def undo(self, writer: Writer, path: AccessPath, verb: Verb, before: Json, /) -> Iterator[Receipt]:
        """Add the issuer again, or turn sign-in on again if it was on."""
        if path.detail["form"] == "issuer":
            there = {(one.get("issuer"), one.get("subject")) for one in writer.read(_ISSUERS, app=path.detail["app"])}
            if (before.get("issuer"), before.get("subject")) not in there:
                yield writer.write(_ADD_ISSUER, app=path.detail["app"], body=dict(before))
        elif path.detail["enabled"]:
            yield _switch(writer, path, on=True)

    def probe(self, reader: Reader, path: AccessPath, /) -> Verdict:
        """By getting the application itself, where discover lists."""
        if self.image(reader, path) is None:
            return Verdict.GONE
        enabled = _enabled(reader, path)
        return Verdict.DISABLED if enabled and not any(enabled) else Verdict.ALIVE

    def mints(self, path: AccessPath, /) -> tuple[dict[str, str], ...]:
        """A token from before the cut, to be tried after it; an issuer's tokens are minted by the issuer."""
        return () if path.detail["form"] == "issuer" else ({"op": "token"},)

    def _path(
        self, reader: Reader, app: Json, principal: Json | None, form: str, credential: str, name: str, outside: tuple[tuple[Clue, str], ...]
    ) -> AccessPath:
        # A credential that names somebody is theirs, whoever's the application is; else it is the application's own.
        named = outside or tuple((Clue.EMAIL, address) for address in _principals.EMAIL.findall(name))
        own = () if named else tuple(_own(app, principal))
        holder = outside[0][1] if outside else (named[0][1] if named else f"app {app.get('displayName')}")
        return AccessPath(
            kind=self.id,
            id=f"applications/{app['id']}/{form}/{credential}",
            scope=reader.scope,
            holder=holder,
            allows=f"signs in as {app.get('displayName')}, with all that it may do",
            clues=(*named, *own),
            detail={
                "app": app["id"],
                "app_id": app["appId"],
                "app_name": app.get("displayName", ""),
                "principal": principal["id"] if principal else "",
                "enabled": bool(principal and principal.get("accountEnabled", True)),
                "form": form,
                "credential": credential,
                "name": name,
                "whole_app": not named,
            },
        )


def _own(app: Json, principal: Json | None) -> Iterator[tuple[Clue, str]]:
    if principal is not None:
        yield Clue.PRINCIPAL, str(principal["id"])
    yield Clue.ENTRA_APP, str(app["appId"])
    yield from _principals.marks(app)
    yield from _principals.addresses(app, "displayName", "notes", "description")


def _enabled(reader: Reader, path: AccessPath) -> list[bool]:
    """Whether each service principal of the application may sign in; Graph's default is yes."""
    return [one.get("accountEnabled") is not False for one in reader.read(_PRINCIPALS, query={"$filter": f"appId eq '{path.detail['app_id']}'"})]


def _switch(writer: Writer, path: AccessPath, *, on: bool) -> Receipt:
    """Turn sign-in on or off; Graph says the same to a change and to none, so it is asked first."""
    if all(one is on for one in _enabled(writer, path)):
        return Receipt(op=_PATCH_PRINCIPAL, request_id="", applied=False)
    return writer.write(_PATCH_PRINCIPAL, principal=path.detail["principal"], body={"accountEnabled": on}, missing_ok=True)


def _find(app: Json | None, path: AccessPath) -> Mapping[str, Any] | None:
    field = "passwordCredentials" if path.detail["form"] == "secret" else "keyCredentials"
    held = cast("list[Mapping[str, Any]]", (app or {}).get(field) or [])
    return next((one for one in held if one["keyId"] == path.detail["credential"]), None)


KIND = AppCredential()
