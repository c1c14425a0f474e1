"""The unmodified client libraries against the stand-in: each good call beside the one that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from google.api_core import exceptions
from google.cloud import resourcemanager_v3, secretmanager_v1, storage
from google.cloud.kms_v1 import KeyManagementServiceClient
from google.cloud.kms_v1.services.key_management_service.transports.rest import KeyManagementServiceRestTransport
from google.cloud.resourcemanager_v3.services.projects.transports.rest import ProjectsRestTransport
from google.cloud.secretmanager_v1.services.secret_manager_service.transports.rest import SecretManagerServiceRestTransport
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

if TYPE_CHECKING:
    from conftest import StandIn

PROJECT = "sdk-place"


class Sdk:
    """One identity through each of the libraries."""

    def __init__(self, standin: StandIn, email: str) -> None:
        self.standin = standin
        self.member = f"serviceAccount:{email}"
        self.credentials = standin.credentials(standin.key(f"projects/{PROJECT}", email))
        self.host = urlsplit(standin.url).netloc

    def storage(self) -> storage.Client:
        return storage.Client(project=PROJECT, credentials=self.credentials, client_options={"api_endpoint": self.standin.url})

    def kms(self) -> KeyManagementServiceClient:
        return KeyManagementServiceClient(transport=KeyManagementServiceRestTransport(host=self.host, url_scheme="http", credentials=self.credentials))

    def secrets(self) -> secretmanager_v1.SecretManagerServiceClient:
        transport = SecretManagerServiceRestTransport(host=self.host, url_scheme="http", credentials=self.credentials)
        return secretmanager_v1.SecretManagerServiceClient(transport=transport)

    def projects(self) -> resourcemanager_v3.ProjectsClient:
        return resourcemanager_v3.ProjectsClient(transport=ProjectsRestTransport(host=self.host, url_scheme="http", credentials=self.credentials))

    def api(self, name: str, version: str) -> Any:
        return build(name, version, credentials=self.credentials, static_discovery=True, client_options={"api_endpoint": self.standin.url})


@pytest.fixture(scope="module")
def owner(standin: StandIn) -> Sdk:
    project = standin.project(PROJECT)
    email = standin.account(project, "owner-one")
    roles = ("roles/owner", "roles/storage.admin", "roles/cloudkms.admin", "roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/orgpolicy.policyAdmin")
    for role in roles:
        standin.bind(project, role, f"serviceAccount:{email}")
    return Sdk(standin, email)


@pytest.fixture(scope="module")
def guest(standin: StandIn, owner: Sdk) -> Sdk:
    return Sdk(owner.standin, standin.account(f"projects/{PROJECT}", "guest-two"))


def test_objects_are_read_by_role_only(owner: Sdk, guest: Sdk) -> None:
    bucket = owner.storage().bucket("sdk-objects")
    bucket.iam_configuration.uniform_bucket_level_access_enabled = True
    bucket.versioning_enabled = True
    made = owner.storage().create_bucket(bucket, location="europe-west1")
    assert (made.location, made.versioning_enabled, made.iam_configuration.uniform_bucket_level_access_enabled) == ("EUROPE-WEST1", True, True)
    made.blob("a/b c.txt").upload_from_string("hello", content_type="text/plain")
    big = made.blob("big")
    big.chunk_size = 256 * 1024
    big.upload_from_string(bytes(range(256)) * 4096)
    assert big.download_as_bytes() == bytes(range(256)) * 4096
    assert made.blob("a/b c.txt").download_as_bytes() == b"hello"
    theirs = guest.storage().bucket("sdk-objects")
    with pytest.raises(exceptions.Forbidden, match=r"storage\.objects\.get"):
        theirs.blob("a/b c.txt").download_as_bytes()
    policy = made.get_iam_policy(requested_policy_version=3)
    policy.bindings.append({"role": "roles/storage.objectViewer", "members": {guest.member}})
    made.set_iam_policy(policy)
    assert theirs.blob("a/b c.txt").download_as_bytes() == b"hello"
    assert {blob.name for blob in guest.storage().list_blobs("sdk-objects", page_size=1)} == {"a/b c.txt", "big"}
    with pytest.raises(exceptions.Forbidden, match=r"storage\.objects\.create"):
        theirs.blob("new").upload_from_string("x")
    with pytest.raises(exceptions.NotFound):
        owner.storage().get_bucket("sdk-never-made")


def test_public_bucket_is_open_to_everybody_and_closed_again(owner: Sdk, standin: StandIn) -> None:
    bucket = owner.storage().create_bucket("sdk-public", location="EU")
    bucket.blob("x").upload_from_string("open")
    path = "/storage/v1/b/sdk-public/o/x?alt=media"
    assert standin.call(None, "GET", path).status_code == 401
    policy = bucket.get_iam_policy(requested_policy_version=3)
    policy.bindings.append({"role": "roles/storage.objectViewer", "members": {"allUsers"}})
    bucket.set_iam_policy(policy)
    assert standin.call(None, "GET", path).content == b"open"


def test_retention_and_place_are_held(owner: Sdk, standin: StandIn) -> None:
    name = f"projects/{PROJECT}/policies/gcp.resourceLocations"
    body = {"name": name, "spec": {"rules": [{"values": {"allowedValues": ["in:eu-locations"]}}]}}
    standin.call(standin.root(), "POST", f"/v2/projects/{PROJECT}/policies", body).raise_for_status()
    with pytest.raises(exceptions.PreconditionFailed, match=r"gcp\.resourceLocations"):
        owner.storage().create_bucket("sdk-elsewhere", location="us-east1")
    bucket = owner.storage().create_bucket("sdk-kept", location="europe-west3")
    bucket.blob("free").upload_from_string("x")
    bucket.blob("free").delete()
    bucket.retention_period = 3600
    bucket.patch()
    bucket.blob("held").upload_from_string("x")
    with pytest.raises(exceptions.Forbidden, match="retention policy"):
        bucket.blob("held").delete()
    bucket.retention_period = None
    bucket.patch()
    bucket.blob("held").delete()


def test_kms_encrypts_really_and_a_disabled_version_refuses(owner: Sdk, guest: Sdk) -> None:
    kms = owner.kms()
    ring = kms.create_key_ring(parent=f"projects/{PROJECT}/locations/europe-west1", key_ring_id="ring", key_ring={})
    key = kms.create_crypto_key(parent=ring.name, crypto_key_id="data", crypto_key={"purpose": 1})
    sealed = kms.encrypt(request={"name": key.name, "plaintext": b"secret", "additional_authenticated_data": b"who"})
    assert b"secret" not in sealed.ciphertext
    assert kms.decrypt(request={"name": key.name, "ciphertext": sealed.ciphertext, "additional_authenticated_data": b"who"}).plaintext == b"secret"
    with pytest.raises(exceptions.BadRequest, match="Decryption failed"):
        kms.decrypt(request={"name": key.name, "ciphertext": sealed.ciphertext, "additional_authenticated_data": b"else"})
    with pytest.raises(exceptions.Forbidden, match="useToDecrypt"):
        guest.kms().decrypt(name=key.name, ciphertext=sealed.ciphertext)
    kms.update_crypto_key_version(crypto_key_version={"name": key.primary.name, "state": 2}, update_mask={"paths": ["state"]})
    with pytest.raises(exceptions.BadRequest, match="DISABLED"):
        kms.decrypt(request={"name": key.name, "ciphertext": sealed.ciphertext, "additional_authenticated_data": b"who"})
    kms.update_crypto_key_version(crypto_key_version={"name": key.primary.name, "state": 1}, update_mask={"paths": ["state"]})
    kms.destroy_crypto_key_version(name=key.primary.name)
    with pytest.raises(exceptions.BadRequest, match="DESTROY_SCHEDULED"):
        kms.encrypt(name=key.name, plaintext=b"x")


def test_bytes_under_a_disabled_key_cannot_be_had(owner: Sdk) -> None:
    kms = owner.kms()
    ring = kms.create_key_ring(parent=f"projects/{PROJECT}/locations/europe-west3", key_ring_id="sealed", key_ring={})
    key = kms.create_crypto_key(parent=ring.name, crypto_key_id="data", crypto_key={"purpose": 1})
    bucket = owner.storage().bucket("sdk-sealed")
    bucket.default_kms_key_name = key.name
    owner.storage().create_bucket(bucket, location="europe-west3")
    bucket.blob("x").upload_from_string("there")
    assert bucket.blob("x").download_as_bytes() == b"there"
    kms.update_crypto_key_version(crypto_key_version={"name": key.primary.name, "state": 2}, update_mask={"paths": ["state"]})
    with pytest.raises(exceptions.BadRequest, match="KMS key"):
        bucket.blob("x").download_as_bytes()


def test_secrets_and_their_states(owner: Sdk, guest: Sdk) -> None:
    secrets = owner.secrets()
    secret = secrets.create_secret(parent=f"projects/{PROJECT}", secret_id="login", secret={"replication": {"automatic": {}}})
    version = secrets.add_secret_version(parent=secret.name, payload={"data": b"pw"})
    assert secrets.access_secret_version(name=f"{secret.name}/versions/latest").payload.data == b"pw"
    with pytest.raises(exceptions.Forbidden, match=r"secretmanager\.versions\.access"):
        guest.secrets().access_secret_version(name=version.name)
    secrets.disable_secret_version(name=version.name)
    with pytest.raises(exceptions.BadRequest, match="DISABLED"):
        secrets.access_secret_version(name=version.name)
    secrets.enable_secret_version(name=version.name)
    secrets.destroy_secret_version(name=version.name)
    with pytest.raises(exceptions.BadRequest, match="DESTROYED"):
        secrets.access_secret_version(name=version.name)


def test_projects_and_policies_by_both_libraries(owner: Sdk, guest: Sdk) -> None:
    found = {project.project_id for project in owner.projects().search_projects(query="")}
    assert PROJECT in found
    assert PROJECT not in {project.project_id for project in guest.projects().search_projects(query="")}
    assert owner.projects().get_iam_policy(resource=f"projects/{PROJECT}").etag
    iam = owner.api("iam", "v1")
    keys = iam.projects().serviceAccounts().keys()
    name = f"projects/{PROJECT}/serviceAccounts/{guest.member.removeprefix('serviceAccount:')}"
    assert {key["keyType"] for key in keys.list(name=name).execute()["keys"]} == {"USER_MANAGED", "SYSTEM_MANAGED"}
    assert {key["keyType"] for key in keys.list(name=name, keyTypes=["USER_MANAGED"]).execute()["keys"]} == {"USER_MANAGED"}
    with pytest.raises(HttpError, match="403"):
        guest.api("iam", "v1").projects().serviceAccounts().keys().list(name=name).execute()
    older = owner.api("cloudresourcemanager", "v1").projects().getIamPolicy(resource=PROJECT, body={}).execute()
    assert any(owner.member in binding["members"] for binding in older["bindings"])
