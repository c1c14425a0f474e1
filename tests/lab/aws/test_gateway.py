"""The gateway over the wire, with the vendor's own clients: each protocol, and who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.aws.conftest import Account, Server, code

SOURCE = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "pem"}}

# One operation for each protocol that a stand-in of these tests serves, and one that moto serves.
OPS: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "json": ("codeconnections", "codeconnections:ListConnections", lambda client: client.list_connections()["Connections"]),
    "query": ("iam", "iam:ListSSHPublicKeys", lambda client: client.list_ssh_public_keys(UserName="nobody")["SSHPublicKeys"]),
    "ec2": ("ec2", "ec2:DescribeVerifiedAccessGroups", lambda client: client.describe_verified_access_groups()["VerifiedAccessGroups"]),
    "rest-json": ("rolesanywhere", "rolesanywhere:ListTrustAnchors", lambda client: client.list_trust_anchors()["trustAnchors"]),
    "rest-xml": ("cloudfront", "cloudfront:ListAnycastIpLists", lambda client: client.list_anycast_ip_lists()["AnycastIpLists"]["Items"]),
    "moto": ("ram", "ram:ListPermissions", lambda client: client.list_permissions()["permissions"]),
}
DENIED = {
    "json": "AccessDeniedException",
    "query": "AccessDenied",
    "ec2": "UnauthorizedOperation",
    "rest-json": "AccessDeniedException",
    "rest-xml": "AccessDenied",
    "moto": "AccessDeniedException",
}
BAD_SIGNATURE = {
    "json": "InvalidSignatureException",
    "query": "SignatureDoesNotMatch",
    "ec2": "SignatureDoesNotMatch",
    "rest-json": "InvalidSignatureException",
    "rest-xml": "SignatureDoesNotMatch",
    "moto": "InvalidSignatureException",
}
UNKNOWN_KEY = {
    "json": "UnrecognizedClientException",
    "query": "InvalidClientTokenId",
    "ec2": "InvalidClientTokenId",
    "rest-json": "UnrecognizedClientException",
    "rest-xml": "InvalidClientTokenId",
    "moto": "UnrecognizedClientException",
}

every_way = pytest.mark.parametrize("way", OPS)


@every_way
def test_whoever_may_is_answered_and_nobody_else(account: Account, way: str) -> None:
    service, action, call = OPS[way]
    key, secret = account.user("may", {"Effect": "Allow", "Action": action, "Resource": "*"})
    other = account.user("may-not", {"Effect": "Allow", "Action": "sts:*", "Resource": "*"})
    shut = account.user("shut", {"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": action, "Resource": "*"})
    assert code(lambda: call(account.client(service, key, secret))) == "ok"
    assert code(lambda: call(account.client(service, key, "wrong"))) == BAD_SIGNATURE[way]
    assert code(lambda: call(account.client(service, *other))) == DENIED[way]
    assert code(lambda: call(account.client(service, *shut))) == DENIED[way]
    account.client("iam").update_access_key(UserName="may", AccessKeyId=key, Status="Inactive")
    assert code(lambda: call(account.client(service, key, secret))) == UNKNOWN_KEY[way]
    account.client("iam").update_access_key(UserName="may", AccessKeyId=key, Status="Active")
    assert code(lambda: call(account.client(service, key, secret))) == "ok"


def test_a_permission_on_one_resource_is_none_on_another(account: Account) -> None:
    root = account.client("codeconnections")
    one, two = (root.create_connection(ConnectionName=name, ProviderType="GitHub")["ConnectionArn"] for name in ("one", "two"))
    client = account.client("codeconnections", *account.user("one-only", {"Effect": "Allow", "Action": "codeconnections:*", "Resource": one}))
    assert code(lambda: client.get_connection(ConnectionArn=one)) == "ok"
    assert code(lambda: client.get_connection(ConnectionArn=two)) == "AccessDeniedException"
    assert code(lambda: root.get_connection(ConnectionArn=f"{two}0")) == "ResourceNotFoundException"


def test_members_arrive_and_leave_as_the_vendor_has_them(account: Account) -> None:
    client = account.client("rolesanywhere")
    made = client.create_trust_anchor(name="theirs", source=SOURCE)["trustAnchor"]
    assert made["source"] == SOURCE
    assert made["createdAt"].isoformat() == "2026-01-02T03:04:05+00:00"
    assert client.disable_trust_anchor(trustAnchorId=made["trustAnchorId"])["trustAnchor"]["enabled"] is False
    assert code(lambda: client.disable_trust_anchor(trustAnchorId="00000000-0000-0000-0000-00000000ffff")) == "ResourceNotFoundException"
    with pytest.raises(client.exceptions.ResourceNotFoundException) as refused:
        client.disable_trust_anchor(trustAnchorId="00000000-0000-0000-0000-00000000ffff")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_accounts_and_regions_do_not_see_each_other(server: Server) -> None:
    one, two = server.account(), server.account()
    one.client("codeconnections").create_connection(ConnectionName="mine", ProviderType="GitHub")
    assert [item["ConnectionName"] for item in one.client("codeconnections").list_connections()["Connections"]] == ["mine"]
    assert two.client("codeconnections").list_connections()["Connections"] == []
    assert one.client("codeconnections", region="eu-central-1").list_connections()["Connections"] == []


def test_a_stand_in_sees_what_ministack_keeps(account: Account) -> None:
    iam = account.client("iam")
    upload = {"SSHPublicKeyBody": "ssh-rsa AAAA"}
    assert code(lambda: iam.upload_ssh_public_key(UserName="ghost", **upload)) == "NoSuchEntity"
    iam.create_user(UserName="ghost")
    assert iam.upload_ssh_public_key(UserName="ghost", **upload)["SSHPublicKey"]["UserName"] == "ghost"


def test_motos_accounts_are_apart_too(server: Server) -> None:
    one, two = server.account(), server.account()
    one.client("ram").create_resource_share(name="share")
    found = {
        account.id: [share["name"] for share in account.client("ram").get_resource_shares(resourceOwner="SELF")["resourceShares"]] for account in (one, two)
    }
    assert found == {one.id: ["share"], two.id: []}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda client: client.get_profile(profileId="00000000-0000-0000-0000-000000000000"),
            [".profile.colour is no member", ".profile.enabled is str, not boolean"],
        ),
        (lambda client: client.list_crls(), [".crls[0].crlId is NoneType, not string", ".crls[0].crlId"]),
    ],
)
def test_a_stand_in_that_is_wrong_is_loud(server: Server, account: Account, call: Any, said: list[str]) -> None:
    client = account.client("rolesanywhere")
    assert code(client.list_trust_anchors) == "ok"
    assert code(lambda: call(client)) == "StandInIsWrong"
    assert all(text in server.log for text in said)


def test_what_nobody_has_is_no_empty_answer(account: Account) -> None:
    client = account.client("braket")
    assert code(lambda: client.search_devices(filters=[])) == "NotImplemented"
    assert code(account.client("workspaces").describe_account) == "NotImplemented"


def test_an_attached_service_control_policy_holds_a_member_account(server: Server) -> None:
    management, member = server.account(), server.account()
    organizations = management.client("organizations", region="us-east-1")
    root = organizations.list_roots()["Roots"][0]["Id"]
    member.id = organizations.create_account(Email="a@example.com", AccountName="member")["CreateAccountStatus"]["AccountId"]
    inside = member.client("iam", *member.user("admin", {"Effect": "Allow", "Action": "*", "Resource": "*"}))
    manager = management.client("iam", *management.user("admin", {"Effect": "Allow", "Action": "*", "Resource": "*"}))
    assert (code(inside.list_users), code(manager.list_users)) == ("ok", "ok")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:ListUsers", "Resource": "*"}]})
    policy = organizations.create_policy(Content=document, Description="-", Name="fence", Type="SERVICE_CONTROL_POLICY")["Policy"]["PolicySummary"]["Id"]
    for target in (member.id, root):
        organizations.attach_policy(PolicyId=policy, TargetId=target)
        assert (code(inside.list_users), code(inside.list_roles), code(manager.list_users)) == ("AccessDenied", "ok", "ok")
        organizations.detach_policy(PolicyId=policy, TargetId=target)
        assert code(inside.list_users) == "ok"


def test_what_moto_has_of_services_that_ministack_has_too(account: Account) -> None:
    ssm, config, glue, ecr, stacks, ec2 = (account.client(name) for name in ("ssm", "config", "glue", "ecr", "cloudformation", "ec2"))
    ssm.create_document(Name="theirs", Content=json.dumps({"schemaVersion": "2.2", "mainSteps": []}), DocumentType="Command")
    ssm.modify_document_permission(Name="theirs", PermissionType="Share", AccountIdsToAdd=["222222222222"])
    assert ssm.describe_document_permission(Name="theirs", PermissionType="Share")["AccountIds"] == ["222222222222"]
    config.put_aggregation_authorization(AuthorizedAccountId="222222222222", AuthorizedAwsRegion="eu-west-1")
    assert [entry["AuthorizedAccountId"] for entry in config.describe_aggregation_authorizations()["AggregationAuthorizations"]] == ["222222222222"]
    document = json.dumps({"Version": "2012-10-17", "Statement": []})
    glue.put_resource_policy(PolicyInJson=document)
    assert json.loads(glue.get_resource_policy()["PolicyInJson"]) == json.loads(document)
    lets_in = {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "ecr:CreateRepository", "Resource": "*"}
    ecr.put_registry_policy(policyText=json.dumps({"Version": "2012-10-17", "Statement": [lets_in]}))
    assert json.loads(ecr.get_registry_policy()["policyText"])["Statement"] == [lets_in]
    stacks.create_stack_set(StackSetName="theirs", TemplateBody=json.dumps({"Resources": {}}))
    assert [entry["StackSetName"] for entry in stacks.list_stack_sets()["Summaries"]] == ["theirs"]
    made = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    assert [entry["TransitGatewayId"] for entry in ec2.describe_transit_gateways()["TransitGateways"]] == [made]
    assert ssm.put_parameter(Name="n", Value="v", Type="String")["Version"] == 1


def test_cloudtrail_shows_what_the_stand_ins_and_moto_did(account: Account) -> None:
    key, secret = account.user("seen", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    account.client("rolesanywhere", key, secret).list_trust_anchors()
    account.client("ram", key, secret).list_permissions()
    account.client("sqs", key, secret).list_queues()
    assert code(lambda: account.client("rolesanywhere", key, secret).disable_trust_anchor(trustAnchorId="0" * 36)) == "ResourceNotFoundException"
    events = account.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "AccessKeyId", "AttributeValue": key}])["Events"]
    assert {(event["EventSource"], event["EventName"]) for event in events} == {
        ("rolesanywhere.amazonaws.com", "ListTrustAnchors"),
        ("ram.amazonaws.com", "ListPermissions"),
        ("sqs.amazonaws.com", "ListQueues"),
    }
