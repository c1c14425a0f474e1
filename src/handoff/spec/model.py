"""The fields of an engagement spec. Meanings are in docs/spec.md; the JSON Schema is made from these classes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$")]
"""Lower case, digits and hyphens, 3 to 32 characters: it becomes part of resource names on three clouds."""
AwsAccount = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
GcpProject = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
CloudName = Literal["aws", "azure", "gcp"]
PartyName = Literal["client", "provider", "incoming"]
Cidr = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F.:]+/[0-9]{1,3}$")]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AwsIdentities(_Block):
    """How a party is recognised on AWS."""

    accounts: tuple[AwsAccount, ...] = ()
    organization: Annotated[str, StringConstraints(pattern=r"^o-[a-z0-9]{3,32}$")] | None = None
    principals: tuple[Text, ...] = ()
    """Principal ARNs, `*` allowed: users and roles of this party inside the estate."""
    canonical_ids: tuple[Text, ...] = ()
    external_ids: tuple[Text, ...] = ()


class AzureIdentities(_Block):
    """How a party is recognised on Azure and Entra."""

    tenants: tuple[Guid, ...] = ()
    object_ids: tuple[Guid, ...] = ()
    app_ids: tuple[Guid, ...] = ()


class GcpIdentities(_Block):
    """How a party is recognised on Google Cloud."""

    customers: tuple[Text, ...] = ()
    organizations: tuple[Text, ...] = ()
    project_numbers: tuple[Text, ...] = ()
    projects: tuple[GcpProject, ...] = ()
    principals: tuple[Text, ...] = ()
    """IAM members, `*` allowed: `serviceAccount:ops@nimbus-ops.iam.gserviceaccount.com`."""


class OidcIdentity(_Block):
    """A federated issuer and the subjects of it that are this party's."""

    issuer: Text
    subject: Text
    """`*` allowed."""


class Identities(_Block):
    """Everything by which a party is recognised."""

    aws: AwsIdentities = AwsIdentities()
    azure: AzureIdentities = AzureIdentities()
    gcp: GcpIdentities = GcpIdentities()
    domains: tuple[Text, ...] = ()
    oidc: tuple[OidcIdentity, ...] = ()
    saml: tuple[Text, ...] = ()
    cidrs: tuple[Cidr, ...] = ()
    ssh_fingerprints: tuple[Text, ...] = ()
    tags: tuple[Text, ...] = ()
    """`key=value` tags by which this party marks its own identities."""


class Principal(_Block):
    """One administrator or break-glass identity of the client's."""

    cloud: CloudName
    principal: Text
    """ARN, Entra object id, or IAM member."""


class PartyBlock(_Block):
    """One party of the engagement."""

    name: Text
    identities: Identities = Identities()
    contacts: tuple[Text, ...] = ()
    administrators: tuple[Principal, ...] = ()
    break_glass: tuple[Principal, ...] = ()


class ThirdParty(_Block):
    """Somebody else with a right to be there."""

    name: Text
    identities: Identities


class Parties(_Block):
    """Who takes part."""

    client: PartyBlock
    provider: PartyBlock
    incoming: PartyBlock | None = None
    third_parties: tuple[ThirdParty, ...] = ()


class Metadata(_Block):
    """What the engagement is called."""

    name: Name
    id: Text | None = None
    revision: int = 1
    labels: dict[str, str] = {}


class Pricing(_Block):
    """How the service is paid."""

    model: Literal["per-device", "per-user", "fixed", "consumption", "tiered", "outcome"]


class Service(_Block):
    """What the provider does."""

    delivery: Literal["fully-managed", "co-managed", "advisory"]
    domains: tuple[Literal["cloud", "security", "network", "data-backup", "workplace", "application", "service-desk"], ...] = ()
    segment: Literal["smb", "mid-market", "enterprise", "public-sector"] = "enterprise"
    pricing: Pricing | None = None


class Requirements(_Block):
    """What the estate has to meet."""

    frameworks: tuple[Text, ...] = ()
    availability_percent: float = Field(default=99.9, gt=0, lt=100)
    recovery_time: timedelta = timedelta(hours=8)
    recovery_point: timedelta = timedelta(hours=24)
    log_retention: timedelta = timedelta(days=365)
    """How long audit logs are kept at least."""
    backup_retention: timedelta = timedelta(days=35)
    """How long backups are kept at least."""


class Term(_Block):
    """From when to when the contract runs."""

    start: date
    end: date
    phase: Literal["onboard", "steady", "exit"] = "steady"


class Return(_Block):
    """In which form data of a class goes back."""

    format: Literal["native", "bagit"] = "bagit"


class DataClass(_Block):
    """A kind of data and where it may live."""

    name: Name = Field(alias="class")
    residency: tuple[Text, ...] = Field(min_length=1)
    dr_residency: tuple[Text, ...] = ()
    global_services: tuple[Text, ...] = ()
    sensitivity: Literal["public", "internal", "confidential", "restricted"] = "confidential"
    returned: Return = Field(default=Return(), alias="return")
    destruction: Literal["cryptographic-erase", "delete"] = "cryptographic-erase"


class AwsEnvironment(_Block):
    """Where an environment lives on AWS; the first region is the primary one."""

    account: AwsAccount
    regions: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")], ...] = Field(min_length=1)


class AzureEnvironment(_Block):
    """Where an environment lives on Azure; the first location is the primary one."""

    tenant: Guid
    subscription: Guid
    locations: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{4,}$")], ...] = Field(min_length=1)


class GcpEnvironment(_Block):
    """Where an environment lives on Google Cloud; the first location is the primary one."""

    organization: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,}$")]
    project: GcpProject
    billing_account: Annotated[str, StringConstraints(pattern=r"^([0-9A-F]{6}-){2}[0-9A-F]{6}$")] | None = None
    locations: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+[0-9]+)?$")], ...] = Field(min_length=1)


class Store(_Block):
    """One data store, made on each cloud named."""

    name: Name
    data_class: Name = Field(alias="class")
    clouds: tuple[CloudName, ...] = Field(min_length=1)
    size_gb: float | None = Field(default=None, gt=0, le=1e9)
    """About how much it holds on each cloud, in 10^9 bytes; the time that a return takes is estimated from it."""


class Elsewhere(_Block):
    """Where something lies that the environment uses and no stack of it makes: a log archive's bucket, a vault of another account."""

    cloud: CloudName
    match: Text
    """ARN, bucket name, resource id or self link; `*` allowed."""
    region: Text


class Budget(_Block):
    """Monthly cost and when to warn."""

    amount: float = Field(gt=0)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    thresholds_percent: tuple[int, ...] = (50, 80, 100)


class Environment(_Block):
    """One environment of the client's on up to three clouds."""

    name: Name
    aws: AwsEnvironment | None = None
    azure: AzureEnvironment | None = None
    gcp: GcpEnvironment | None = None
    network: Cidr = "10.20.0.0/16"
    budget: Budget = Budget(amount=1000)
    criticality: Literal["low", "medium", "high"] = "medium"
    stores: tuple[Store, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def clouds(self) -> tuple[CloudName, ...]:
        """The clouds that this environment lives on."""
        blocks: tuple[tuple[CloudName, object], ...] = (("aws", self.aws), ("azure", self.azure), ("gcp", self.gcp))
        return tuple(name for name, block in blocks if block is not None)


class AccessGrant(_Block):
    """What a party may do, why and until when."""

    holder: PartyName
    purpose: Text
    environments: tuple[Name, ...] = Field(min_length=1)
    role: Literal["reader", "operator", "administrator"]
    clouds: tuple[CloudName, ...] = ("aws", "azure", "gcp")
    starts: date | None = None
    expires: date
    just_in_time: timedelta | None = None
    """Longest activation; a writing role that lasts over 90 days needs it."""


class ServiceLevel(_Block):
    """One promised level."""

    name: Name
    objective: float | timedelta
    window: timedelta = timedelta(days=30)
    credit: Text | None = None


class Decision(_Block):
    """Somebody's word on whose a path is, when the estate does not tell."""

    kind: Text
    id: Text
    """The path's id; `*` allowed."""
    party: Literal["client", "provider", "incoming", "third-party"]
    reason: Text
    decided_by: Text


class Replaced(_Block):
    """Somebody's word that a workload no longer needs a path or a dependency that was in use lately."""

    kind: Text
    """`*` allowed."""
    id: Text
    """The path's or the dependency's id; `*` allowed."""
    reason: Text
    decided_by: Text


class Approvals(_Block):
    """Who has to agree before what."""

    apply: tuple[PartyName, ...] = ("provider", "client")


class State(_Block):
    """Where the stacks' own state lies and whose it is; a stack does not tell that of itself."""

    backend: Text
    """URL as in `pulumi login`: `s3://acme-state`, `azblob://state`, `gs://acme-state`, `file://...`, `https://api.pulumi.com`."""
    owner: Literal["client", "provider"]
    secrets_provider: Text
    """URL as in `pulumi stack change-secrets-provider`: `awskms://...`, `azurekeyvault://...`, `gcpkms://...`, `hashivault://...`, `passphrase`, `default`."""
    secrets_owner: Literal["client", "provider"]
    """Who holds that key or passphrase."""
    rekey: Text | None = None
    """The step that hands the state over and re-encrypts its secrets at the exit."""


class Exit(_Block):
    """The terms of leaving."""

    notice: timedelta = timedelta(days=60)
    transition: timedelta = timedelta(days=30)
    retrieval: timedelta = timedelta(days=30)
    soak: timedelta = timedelta(hours=24)
    regulations: tuple[
        Literal["hipaa", "gdpr", "eu-data-act", "dora", "nist-800-53", "fedramp-moderate", "fedramp-high", "iso-27001", "soc-2", "pci-dss"], ...
    ] = ()
    approvals: Approvals = Approvals()
    terminated_at: AwareDatetime | None = None
    """When the provider's work ended, from which a regulation's clock counts; without it, when the first step of the exit was begun."""
    decisions: tuple[Decision, ...] = ()
    lookback: timedelta = timedelta(days=90)
    """How far back a use of a path counts as a workload that still needs it."""
    replaced: tuple[Replaced, ...] = ()


class Waiver(_Block):
    """A dated, owned exception from one control."""

    control: Text
    resource: Text
    """Pulumi URN or resource name; `*` allowed."""
    reason: Text
    owner: Text
    approver: Text
    """Who agreed to it, for the client."""
    compensating: Text | None = None
    """What is done instead."""
    issued: date | None = None
    expires: date


class Engagement(_Block):
    """One contract between a client and a provider."""

    api_version: Literal["handoff/v1"] = Field(alias="apiVersion")
    kind: Literal["Engagement"]
    metadata: Metadata
    parties: Parties
    service: Service | None = None
    requirements: Requirements = Requirements()
    term: Term
    data: tuple[DataClass, ...] = ()
    environments: tuple[Environment, ...] = Field(min_length=1)
    access: tuple[AccessGrant, ...] = ()
    service_levels: tuple[ServiceLevel, ...] = ()
    state: State | None = None
    exit: Exit = Exit()
    waivers: tuple[Waiver, ...] = ()

    def environment(self, name: str) -> Environment | None:
        """The environment of this name."""
        return next((one for one in self.environments if one.name == name), None)

    def data_class(self, name: str) -> DataClass | None:
        """The data class of this name."""
        return next((one for one in self.data if one.name == name), None)

    @property
    def clouds(self) -> tuple[CloudName, ...]:
        """Every cloud that some environment lives on."""
        return tuple(sorted({cloud for one in self.environments for cloud in one.clouds}))
