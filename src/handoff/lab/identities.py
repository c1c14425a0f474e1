"""Who is who in the lab: the fixed ids that the samples in `engagements/` use too."""

from __future__ import annotations

CLIENT_AWS_ACCOUNT = "111111111111"
PROVIDER_AWS_ACCOUNT = "222222222222"
CLIENT_TENANT = "11111111-1111-4111-8111-111111111111"
PROVIDER_TENANT = "22222222-2222-4222-8222-222222222222"
SUBSCRIPTION = "33333333-3333-4333-8333-333333333333"
CLIENT_GCP_ORGANIZATION = "111111111111"
PROVIDER_GCP_ORGANIZATION = "222222222222"
CLIENT_GCP_CUSTOMER = "C0acme"
PROVIDER_GCP_CUSTOMER = "C0nimbus"
BILLING_ACCOUNT = "0A0A0A-0B0B0B-0C0C0C"
CLIENT_GCP_ADMIN_PROJECT = "acme-admin"
PROVIDER_GCP_PROJECT = "nimbus-ops"
EXTERNAL_ID = "acme-nimbus-2026"

ADMIN = "acme-admin"
SECOND_ADMIN = "acme-admin-2"
BREAK_GLASS = "acme-breakglass"
PROVIDER_OPERATOR = "nimbus-ops"
AUDITOR = "auditor"

CLIENT_PRINCIPALS_AZURE = {
    ADMIN: "aaaaaaaa-0001-4000-8000-000000000001",
    SECOND_ADMIN: "aaaaaaaa-0002-4000-8000-000000000002",
    BREAK_GLASS: "aaaaaaaa-0003-4000-8000-000000000003",
    AUDITOR: "aaaaaaaa-0004-4000-8000-000000000004",
}
"""Object ids of the service principals in the client's tenant, fixed so that specs can name them."""
PROVIDER_OPERATOR_AZURE = "bbbbbbbb-0001-4000-8000-000000000001"
"""Object id of the provider's service principal in the provider's tenant."""
