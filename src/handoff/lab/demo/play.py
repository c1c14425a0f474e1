"""The life cycle, chapter by chapter."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from handoff import logins
from handoff.errors import HandoffError
from handoff.lab import identities
from handoff.lab.demo import ground, page, provider
from handoff.lab.demo.back_doors.way import Way
from handoff.lab.demo.commands import DemoFailed, Shell
from handoff.lab.demo.page_picture import kind_title
from handoff.lab.demo.provider import Opened
from handoff.lab.demo.story import Step, Story
from handoff.model import Login, Outcome, Party

HANDOFF = str(Path(sys.executable).parent / "handoff")


@dataclass(slots=True, kw_only=True)
class Play:
    """What the chapters hand on to each other."""

    root: Path
    out: Path
    story: Story
    env: dict[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)
    ways: tuple[Way, ...] = ()
    """What was opened by hand on AWS, and what of others' has to stay beside it."""
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def shell(self) -> Shell:
        """A shell in the project's root, in the lab's environment."""
        return Shell(self.root, self.env, self.story)

    def handoff(self, *words: str) -> list[str]:
        """A command line of ours."""
        return [HANDOFF, *words]

    def path(self, *parts: str) -> str:
        """A path below the output folder, as short as it can be told."""
        full = self.out.joinpath(*parts)
        return str(full.relative_to(self.root)) if full.is_relative_to(self.root) else str(full)


def perform(out: Path, *, as_json: bool, keep: bool) -> Path:
    """Play everything; the page at the end. The lab goes down whatever happens, unless it is to be kept."""
    root = ground.project()
    story = Story(as_json)
    started = time.monotonic()
    play = Play(root=root, out=ground.fresh(out.resolve()), story=story)
    with ground.own_lab():
        shell = Shell(root, {}, story)
        try:
            _chapters(play, shell)
        except HandoffError as error:
            _page(play, started, error=error.message)
            raise
        finally:
            if not keep:
                _down()
    return _page(play, started)


def _page(play: Play, started: float, **facts: str) -> Path:
    """The story so far and its page: one that broke off says so."""
    play.results["seconds"] = round(time.monotonic() - started, 1)
    play.story.save(play.out / "story.json", **play.results, **facts)
    return page.write(play.out)


def _chapters(play: Play, shell: Shell) -> None:
    _spec(play, shell)
    _lab(play, shell)
    _provision(play)
    _bad_change(play)
    _at_work(play)
    _by_hand(play)
    _canaries(play)
    _discover(play)
    plan, digest = _plan(play)
    run = _apply(play, plan, digest)
    _prove(play)
    _give_back(play)
    _document(play)
    _certify(play, run)
    _tamper(play)


def _down() -> None:
    from handoff.lab import state, up

    up.down(state.folder())


def _spec(play: Play, shell: Shell) -> None:
    with play.story.step("The engagement", "One spec says who the parties are, where data may live, what the provider may do and how it ends.") as step:
        shell.run(step, play.handoff("spec", "check", ground.SPEC), shown=f"handoff spec check {ground.SPEC}")
        step.facts.append("Acme Health (client) and Nimbus MSP (provider), on AWS, Azure and Google Cloud; personal health data stays in the EU.")


def _lab(play: Play, shell: Shell) -> None:
    with play.story.step(
        "Three clouds on this machine", "Emulators and stand-ins that check credentials and permissions; no cloud account is touched."
    ) as step:
        shell.run(step, play.handoff("lab", "up"), shown="handoff lab up")
        exports = json.loads(shell.run(step, play.handoff("lab", "env", "--json"), shown='eval "$(handoff lab env)"').strip().splitlines()[-1])
        step.commands[-1].output = ""  # it holds the lab's credentials
        play.env = {str(name): str(value) for name, value in exports["exports"].items()}
        play.env |= {"HANDOFF_STATE": str(play.out / "state"), "PULUMI_STACK": ground.STACK}
        os.environ.update(play.env)


def _packs(play: Play) -> list[str]:
    return [word for pack in ground.PACKS for word in ("--policy-pack", str(play.root / "policies" / pack))]


def _shown_packs() -> str:
    return " ".join(f"--policy-pack policies/{pack}" for pack in ground.PACKS)


def _provision(play: Play) -> None:
    with play.story.step(
        "Onboarding", "The real Pulumi engine provisions the client's environment on three clouds, every resource judged by three policy packs."
    ) as step:
        words = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs", "--suppress-progress", *_packs(play)]
        text = play.shell.run(step, words, shown=f"pulumi up --yes {_shown_packs()}")
        found = re.search(r"\+ (\d+) created", text)
        made = int(found[1]) if found else 0
        step.facts.append(f"{made} resources; grants end with the contract, keys are the client's.")
        play.outputs = json.loads(play.shell.run(step, ["pulumi", "stack", "output", "--json"], shown="pulumi stack output"))
        step.commands[-1].output = ""
        stores = _stores(play)
        count = ground.put_records(*stores)
        play.results |= {"made": made, "stores": list(stores)}
        step.facts.append(f"The client puts {count} records into each store: {', '.join(stores)}.")


def _stores(play: Play) -> tuple[str, str, str]:
    return (play.outputs["aws"]["stores"]["records"], play.outputs["azure"]["stores"]["records"], play.outputs["gcp"]["stores"]["records"])


def _bad_change(play: Play) -> None:
    with play.story.step("A bad change is blocked", "A pull request adds a quick bucket in us-east-1. The preview stops it before anything exists.") as step:
        folder = ground.bad_change(play.root, play.out)
        words = ["pulumi", "preview", "--non-interactive", "--suppress-progress", *_packs(play)]
        text = play.shell.run(step, words, expect=None, shown=f"pulumi preview {_shown_packs()}", folder=folder)
        if "quick-export" not in text or "us-east-1" not in text:
            raise DemoFailed("the preview failed, but not for the bad change:\n" + text[-3000:])
        step.facts.append("Refused: the data's residency is the EU; the bucket would be in us-east-1.")


def _provider_logins() -> dict[str, Login]:
    return {login.cloud: login for login in logins.from_environment() if login.name == identities.PROVIDER_OPERATOR}


def _admin(cloud: str) -> Login:
    return next(login for login in logins.from_environment() if login.cloud == cloud and login.name == identities.ADMIN)


def _at_work(play: Play) -> None:
    with play.story.step("The provider at work", "With what it was granted: an assumed role, a Lighthouse delegation, a bound service account.") as step:
        held = _provider_logins()
        project = play.outputs["gcp"]["project"]
        for cloud, scope in (("aws", provider.ACCOUNT), ("azure", provider.SUBSCRIPTION), ("gcp", provider.project(project))):
            roles = play.outputs["aws"]["roles"] if cloud == "aws" else {}
            step.facts.extend(provider.works(held[cloud], scope, roles, identities.EXTERNAL_ID))


def _by_hand(play: Play) -> None:
    with play.story.step(
        "Hidden ways in", "Helping out with an administrator's rights, an engineer of the provider's opens more by hand. No program knows of it."
    ) as step:
        bucket, container, _ = _stores(play)
        play.ways = provider.open_aws(_admin("aws"), bucket)
        play.opened = [
            *provider.open_azure(_admin("azure"), container.partition("/")[0]),
            *provider.open_gcp(_admin("gcp"), _provider_logins()["gcp"], play.outputs["gcp"]["project"]),
        ]
        doors = [way for way in play.ways if way.party is Party.PROVIDER]
        kinds = {way.kind for way in doors}
        step.facts.append(f"aws: {len(doors)} ways in, of {len(kinds)} kinds: {', '.join(sorted(map(kind_title, kinds)))}")
        step.facts.extend(f"{one.cloud}: {one.text}" for one in play.opened)
        tried = _try_ways(play, "before", Outcome.WORKED)
        step.facts.append(
            f"{tried} keys, sessions and addresses that come with them, all work; so do those of the client's and of a third party's beside them."
        )
        play.results["hidden"] = [
            *({"cloud": "aws", "text": way.text, "kind": way.kind, "marks": list(way.marks), "tries": [one.name for one in way.trials]} for way in doors),
            *({"cloud": one.cloud, "text": one.text} for one in play.opened),
        ]


def _try_ways(play: Play, when: str, wanted: Outcome) -> int:
    """Every credential, session and address of the provider's gives what is wanted, and every one of the others' works; how many the provider's are."""
    outcomes = provider.try_all(play.ways)
    theirs = {trial.name for way in play.ways if way.party is Party.PROVIDER for trial in way.trials}
    wrong = [f"{name}: {outcome}" for name, outcome in outcomes.items() if outcome is not (wanted if name in theirs else Outcome.WORKED)]
    play.results.setdefault("tries", {})[when] = outcomes
    if wrong:
        raise DemoFailed(f"tried {when} the exit, these did not give what they should:\n" + "\n".join(wrong))
    return len(theirs)


def _private(name: str) -> Path:
    """Files with live credentials stay in the lab's folder, which goes with it; none reaches the output."""
    from handoff.lab import state

    folder = state.folder() / "credentials"
    return folder / name


def _canaries(play: Play) -> None:
    with play.story.step(
        "Canaries", "The provider gives up its credentials. Each is shown to work, and sessions are minted, so that each can be shown dead later."
    ) as step:
        given = _private("provider-logins.json")
        logins.dump([*_provider_logins().values(), *provider.given_up(play.ways), *(one.login for one in play.opened if one.login is not None)], given)
        words = play.handoff("canary", ground.SPEC, "--logins", str(given), "--out", str(_private("canaries.json")))
        shown = f"handoff canary {ground.SPEC} --logins provider-logins.json --out canaries.json"
        found = [one for one in play.shell.records(step, words, shown=shown) if one["type"] == "canary"]
        step.facts.extend(
            f"{cloud}: {count} keys, sessions and addresses work"
            for cloud, count in sorted(Counter(str(one["scope"]).partition(":")[0] for one in found).items())
        )
        play.results["canaries"] = len(found)


def _discover(play: Play) -> None:
    with play.story.step("Discover", "Every way in on three clouds, whose it is and why; and how well each listing could be read.") as step:
        found = play.shell.records(step, play.handoff("discover", ground.SPEC))
        paths = [one for one in found if one["type"] == "path"]
        theirs = [one for one in paths if one["party"] == "provider"]
        play.results |= {"paths_before": paths, "coverage": [one for one in found if one["type"] == "coverage"]}
        step.facts.append(f"{len(paths)} ways in; {len(theirs)} are the provider's; every listing was read whole.")


def _plan(play: Play) -> tuple[str, str]:
    with play.story.step("Plan", "Ordered, bound to a digest. An unknown holder, a lock-out or a moved estate would stop it here.") as step:
        plan = play.path("plan.json")
        found = play.shell.records(step, play.handoff("plan", ground.SPEC, "--out", plan))
        summary = found[-1]
        final = sum(not one.get("reversible", True) for one in found if one["type"] == "action")
        step.facts.append(f"{summary['targets']} ways in, {summary['actions']} actions, {final} of which cannot be undone and come after the soak.")
        step.facts.append(f"Bound to its digest, which apply asks for: {summary['digest']}")
        play.results |= {"targets": summary["targets"], "actions": summary["actions"]}
        return plan, str(summary["digest"])


def _apply(play: Play, plan: str, digest: str) -> str:
    with play.story.step("Apply", "Disable first, soak, then delete. Each write has its intent and its pre-image in the ledger before it is made.") as step:
        found = play.shell.records(step, play.handoff("apply", plan, "--digest", digest))
        step.facts.append(f"{found[-1]['done_now']} actions done.")
        return str(found[-1]["run"])


def _prove(play: Play) -> None:
    with play.story.step(
        "Prove", "After each lag: read afresh, probe, and try every canary again, beside the client's own credential on the same call."
    ) as step:
        words = play.handoff("prove", ground.SPEC, "--canaries", str(_private("canaries.json")))
        found = play.shell.records(step, words, shown=f"handoff prove {ground.SPEC} --canaries canaries.json")
        proofs = [one for one in found if one["type"] == "proof"]
        play.results["proofs"] = proofs
        step.facts.append(
            f"{sum(one['proof'] == 'proven' for one in proofs)} of {len(proofs)} ways in are proven dead; every canary was refused, the client's own credentials work."
        )
        tried = _try_ways(play, "after", Outcome.REFUSED)
        others = len(play.results["tries"]["after"]) - tried
        step.facts.append(
            f"Tried again by hand: {tried} keys, sessions and addresses that the ways in came with are refused, all {others} of the others' work."
        )


def _give_back(play: Play) -> None:
    with play.story.step("Data goes home", "Each store as a bag with SHA-256 taken while it streams, checked again from the disk.") as step:
        found = play.shell.records(step, play.handoff("export", ground.SPEC, "--out", play.path("bags"), *_only(_stores(play))))
        bags = [one for one in found if one["type"] == "bag"]
        step.facts.extend(f"{one['store']}: {one['objects']} objects, {one['bytes']} bytes" for one in bags)
        play.shell.run(step, play.handoff("export", "verify", play.path("bags")), shown=f"handoff export verify {play.path('bags')}")
        play.results["bags"] = bags


def _only(stores: tuple[str, ...]) -> list[str]:
    return [word for store in stores for word in ("--store", store)]


def _document(play: Play) -> None:
    with play.story.step("Knowledge goes along", "Asset inventory, access before and after, a map.") as step:
        play.shell.run(step, ["pulumi", "stack", "export", "--file", str(_private("state.json"))], shown="pulumi stack export --file state.json")
        words = play.handoff("document", ground.SPEC, "--out", play.path("documents"), "--state", str(_private("state.json")))
        play.shell.run(step, words, shown=f"handoff document {ground.SPEC} --out {play.path('documents')} --state state.json")


def _certify(play: Play, run: str) -> None:
    with play.story.step("The certificate", "Everything above, in one folder that both parties sign and anyone can check without a network.") as step:
        evidence = play.path("evidence")
        play.shell.run(
            step, play.handoff("certify", ground.SPEC, "--run", run, "--out", evidence), shown=f"handoff certify {ground.SPEC} --run {run} --out {evidence}"
        )
        for party in ("provider", "client"):
            key = str(_private(f"{party}.pem"))
            play.shell.run(step, play.handoff("sign", "--new-key", key), shown=f"handoff sign --new-key {party}.pem")
            play.shell.run(
                step, play.handoff("sign", evidence, "--key", key, "--party", party), shown=f"handoff sign {evidence} --key {party}.pem --party {party}"
            )
            (play.out / "keys").mkdir(exist_ok=True)
            shutil.copy(f"{key}.pub", play.out / "keys" / f"{party}.pub")
        keys = [word for party in ("provider", "client") for word in ("--key", f"{party}={play.path('keys', party + '.pub')}")]
        play.shell.run(step, play.handoff("verify", evidence, *keys), shown=f"handoff verify {evidence} {' '.join(keys)}")
        step.facts.append("Verified offline: signatures of both, every digest, the ledger's chain, and every verdict decided again.")


def _tamper(play: Play) -> None:
    with play.story.step("A tampered copy", "Somebody changes one line of the ledger in a copy.") as step:
        copy = play.out / "tampered"
        shutil.copytree(play.out / "evidence", copy)
        ledger = next(copy.rglob("ledger.jsonl"))
        ledger.chmod(0o600)
        text = ledger.read_text(encoding="utf-8")
        ledger.write_text(text.replace('"proven"', '"PROVEN"', 1) if '"proven"' in text else text[:-40] + "\n", encoding="utf-8")
        play.shell.run(step, play.handoff("verify", play.path("tampered")), expect=5, shown=f"handoff verify {play.path('tampered')}")
        step.facts.append("Refused, with exit code 5.")


__all__ = ["Play", "Step", "perform"]
