"""What holds of every control whatever it is given: it never breaks, and what is not known is never taken for good."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handoff.controls.evaluate import judge
from handoff.controls.model import Control, Finding, Result, Verdict, fail
from handoff.controls.resource import _STEP, UNKNOWN, Provider, Resource, Stack
from tests.policies import contract, corpus, merged, ways

CONTROLS: Mapping[str, Control] = {one.id: one for one in ways.controls()}
CASES = corpus.everything()
STEADY = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))

# Random property trees.

WORDS = (
    "",
    "*",
    "true",
    "Enabled",
    "us-east-1",
    "eu-west-1",
    "westeurope",
    "arn:aws:s3:::copy",
    "arn:aws:kms:us-east-1:999999999999:key/x",
    "arn:::::",
    "projects/p/locations/us-central1/keyRings/r",
    "/subscriptions/x/resourceGroups/y/providers/Microsoft.Storage/storageAccounts/z",
    "serviceAccount:x@y.iam.gserviceaccount.com",
    '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*"}]}',
    '{"Statement": 7}',
    "[1, 2",
    "P1D",
    "2027-13-45T00:00:00Z",
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/99",
    "Ω\u0000\U0001f512",
    "x" * 5000,
)
NUMBERS = (0, 1, -1, 443, 10**30, -(10**30), 0.5, float("inf"), float("nan"))
KEYS = ("a", "Statement", "region", "*", "")


def junk(dice: random.Random, depth: int = 2) -> Any:
    """Anything that JSON can hold, or what is not known."""
    kind = dice.randrange(9 if depth else 7)
    if kind < 2:
        return dice.choice(WORDS)
    if kind == 7:
        return [junk(dice, depth - 1) for _ in range(dice.randrange(4))]
    if kind == 8:
        return {dice.choice(KEYS): junk(dice, depth - 1) for _ in range(dice.randrange(4))}
    return (dice.choice(NUMBERS), UNKNOWN, None, dice.random() < 0.5, {} if dice.random() < 0.5 else [])[kind - 2]


def put(tree: dict[str, Any], path: str, value: object) -> None:
    """A value at a path; `[*]` is a list of one, and what stands in the way is replaced."""
    at: Any = tree
    steps = _STEP.findall(path)
    for number, (name, _) in enumerate(steps):
        empty: Any = [None] if number + 1 < len(steps) and not steps[number + 1][0] else {}
        key = name or 0
        if number == len(steps) - 1:
            at[key] = value
        else:
            if not isinstance(at[key] if not name else at.get(key), type(empty)):
                at[key] = empty
            at = at[key]


def tree(dice: random.Random, paths: tuple[str, ...]) -> dict[str, Any]:
    """Inputs with values at some of the paths that a control declares, or at where these begin, and junk beside them."""
    made: dict[str, Any] = {}
    for path in dice.sample(paths, min(len(paths), dice.randrange(1, 6))):
        steps = path.split(".")
        put(made, ".".join(steps[: dice.choice((len(steps), dice.randint(1, len(steps))))]), junk(dice))
    if dice.random() < 0.5:
        made[dice.choice(("region", "location", "tags", "name", "bucket", "id"))] = junk(dice)
    return made


def declared(control: Control) -> list[tuple[str, tuple[str, ...]]]:
    """Every type that a control judges or looks at, with its paths; a family of types by a member that is none."""
    both = {token: (*control.reads.get(token, ()), *control.looks_at.get(token, ())) for token in (*control.reads, *control.looks_at)}
    return [(f"{token[:-1]}x/y:Z" if token.endswith("*") else token, paths) for token, paths in both.items()]


PROVIDERS = (
    None,
    Provider(type="", inputs={}),
    Provider(type="pulumi:providers:aws", inputs={"region": "us-east-1"}),
    Provider(type="pulumi:providers:gcp", inputs={"region": UNKNOWN, "project": 7}),
    Provider(type="pulumi:providers:azure-native", inputs={"location": ["westeurope"]}),
)


def resources(dice: random.Random, types: list[tuple[str, tuple[str, ...]]]) -> Iterator[Resource]:
    """Some resources of these types, with links between any of them and to nobody."""
    chosen = [dice.choice(types) for _ in range(dice.randint(1, 4))]
    urns = [f"urn:pulumi:s::handoff::{token}::r{number}" for number, (token, _) in enumerate(chosen)]
    for urn, (token, paths) in zip(urns, chosen, strict=True):
        tops = [path.split(".", 1)[0].split("[", 1)[0] for path in paths] or ["x"]
        links = {dice.choice(tops): tuple(dice.choices([*urns, "urn:of:nobody"], k=dice.randrange(3))) for _ in range(dice.randrange(3))}
        yield Resource(urn=urn, type=token, name=urn.rsplit("::", 1)[-1], inputs=tree(dice, paths), provider=dice.choice(PROVIDERS), links=links)


@pytest.mark.slow
@pytest.mark.parametrize("control", CONTROLS.values(), ids=list(CONTROLS))
def test_a_control_never_breaks(control: Control) -> None:
    context = replace(corpus.plain_context(), engagement=contract.unbound(corpus.plain_context()))
    types = declared(control) or [("x:y:Z", ("name",))]

    @settings(STEADY, max_examples=25)
    @given(st.randoms(use_true_random=True))
    def holds(dice: random.Random) -> None:
        found = tuple(resources(dice, types))
        broken = [one.message for one in judge([control], context, Stack(found), stack_name="s").results if one.verdict is Verdict.ERROR]
        assert broken == [], found

    holds()


def test_what_breaks_would_be_seen() -> None:
    """The same check, of a control that takes a value for what it need not be."""

    def trusting(resource: Resource, _: object) -> Iterator[Finding]:
        yield fail(str(resource.inputs["enableKeyRotation"]).join(resource.inputs["policy"]))  # type: ignore[call-overload]

    with pytest.raises(AssertionError, match="itself broke"):
        test_a_control_never_breaks(replace(CONTROLS["aws-kms-rotation"], evaluate=trusting))


# What is not known.


def said(control: Control, case: corpus.Case, resources: list[Resource], folder: Any) -> list[Result]:
    context = corpus.context(case, folder)
    context = replace(context, engagement=contract.unbound(context))
    return [one for one in judge([control], context, Stack(resources), stack_name="cases").results if one.control is control]


def without(value: Any, path: str) -> Any:
    """The same with UNKNOWN at a path, or at the nearest that is there; None when nothing of it is there."""
    steps = [name or (int(index) if index.isdigit() else index) for name, index in _STEP.findall(path)]

    def walk(at: Any, rest: list[Any]) -> Any:
        step = rest[0] if rest else None
        there = rest and ((isinstance(at, Mapping) and at.get(step) is not None) or (isinstance(at, list) and isinstance(step, int) and step < len(at)))
        if not there:
            return UNKNOWN
        inner = UNKNOWN if len(rest) == 1 else walk(at[step], rest[1:])
        return {**at, step: inner} if isinstance(at, Mapping) else [*at[:step], inner, *at[step + 1 :]]

    if not steps or not isinstance(value, Mapping) or value.get(steps[0]) is None:
        return None
    return walk(value, steps)


def hidden(case: corpus.Case, urn: str, path: str) -> list[Resource] | None:
    """The case's resources, where one value is not known."""
    found = list(corpus.resources(case))
    for number, one in enumerate(found):
        if one.urn == urn:
            inputs = without(one.inputs, path)
            if inputs is None:
                return None
            found[number] = replace(one, inputs=inputs)
            return found
    return None


def bad(results: list[Result]) -> bool:
    return any(one.verdict in {Verdict.FAIL, Verdict.UNKNOWN} for one in results)


SOURCE = "the copy itself lies inside; the source, which is known at the update, is judged where it is made"
SILENT: Mapping[tuple[str, str], str] = {
    ("residency-aws-dynamodb-table-replica", "globalTableArn"): SOURCE,
    ("residency-aws-kms-replica", "primaryKeyArn"): SOURCE,
    ("residency-aws-rds-snapshot-copies", "sourceDbSnapshotIdentifier"): SOURCE,
    ("residency-elsewhere-templates", "parameters"): "the template makes nothing, as its text shows, so its parameters place nothing",
}
"""Where a value at fault may turn out unknown and the control passes, with the reason."""


def test_what_fails_does_not_pass_when_it_is_not_known(tmp_path: Any) -> None:
    asked, passed = 0, set()
    for case in (one for one in CASES if one.expect == "fail"):
        control = CONTROLS[case.control]
        for finding in said(control, case, list(corpus.resources(case)), tmp_path):
            changed = hidden(case, finding.urn, finding.path) if finding.verdict is Verdict.FAIL and finding.path else None
            if changed is not None:
                asked += 1
                if not bad(said(control, case, changed, tmp_path)):
                    passed.add((control.id, finding.path))
    assert asked > 500
    assert passed == set(SILENT)


EXEMPT = "what would exempt it is not known, so it is held to the rule"
STRICT: Mapping[tuple[str, str], str] = {
    ("aws-cloudtrail-objects", "advancedEventSelectors[0].fieldSelectors[1].field"): "a selector that may leave events out counts as one that does",
    ("aws-cloudtrail-objects", "bucket"): "a bucket that no selector is known to name",
    ("aws-ec2-metadata", "httpTokens"): EXEMPT,
    ("aws-ec2-metadata", "metadataOptions.httpEndpoint"): EXEMPT,
    ("aws-mfa-groups", "name"): "no policy is known to be the group's",
    ("aws-s3-encryption", "bucket"): EXEMPT,
    ("aws-s3-encryption", "targetBucket"): EXEMPT,
    ("azure-cosmos-access", "kind"): EXEMPT,
    ("azure-storage-recovery", "accountName"): EXEMPT,
    ("azure-storage-recovery", "isHnsEnabled"): EXEMPT,
    ("exit-delegation-standing", "properties.eligibleAuthorizations"): "an activation that is not known has no limit in time",
    ("exit-grant-in-spec", "type"): "a rule of a kind that is not known counts as one that lets in",
    ("residency-aws-region", "replicateSourceDb"): "what would make it a copy, which may lie in more places, is not known",
    ("residency-aws-s3-replication", "rules[0].status"): "a rule that may be off counts as one that is on",
    ("residency-gcp-bigtable-routing", "clusters[1].clusterId"): "a cluster that no profile is known to leave out",
    ("residency-gcp-spanner-replicas", "replicas[0].type"): "what would make it a copy, which may lie in more places, is not known",
}
"""Where a control takes what is not known for the worse, with the reason: it may cry too early, and never too late."""


def test_what_passes_is_good_or_undecided_when_a_value_is_not_known(tmp_path: Any) -> None:
    asked, failed = 0, set()
    for case in (one for one in CASES if one.expect == "pass"):
        control = CONTROLS[case.control]
        for urn, path in sorted(present(control, case)):
            changed = hidden(case, urn, path)
            assert changed is not None
            asked += 1
            verdicts = {one.verdict for one in said(control, case, changed, tmp_path)}
            assert Verdict.ERROR not in verdicts, (case.id, path)
            if Verdict.FAIL in verdicts:
                failed.add((control.id, path))
    assert asked > 800
    assert failed == set(STRICT)


def present(control: Control, case: corpus.Case) -> Iterator[tuple[str, str]]:
    """Every value of a case that a control says it reads."""
    for one in corpus.resources(case):
        for tokens in (control.reads, control.looks_at):
            for token, paths in tokens.items():
                if contract._covers(token, one.type):
                    yield from {(one.urn, at) for path in paths for at, _ in one.each(path)}


# The order of things.


def test_judging_twice_says_the_same_in_the_same_order_and_the_order_of_resources_does_not_matter() -> None:
    """A control of the whole stack may name another resource first; its verdict and its words stay."""
    stack = merged.merge(one for one in CASES if not one.spec).stack()
    first, again = ways.judged(stack, corpus.SPEC), ways.judged(Stack(stack.resources), corpus.SPEC)
    assert first == again
    turned = Stack(reversed(stack.resources))
    assert turned.resources != stack.resources
    assert shown(ways.judged(turned, corpus.SPEC)) == shown(first)


def shown(results: tuple[Result, ...]) -> set[tuple[str, ...]]:
    return {
        (one.control.id, one.verdict.value, "" if one.control.evaluate_stack else one.urn, one.path, one.message)
        for one in results
        if one.verdict in ways.SHOWN
    }
