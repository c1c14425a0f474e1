"""The page from its verdict down to the chapters."""

from __future__ import annotations

import re
from collections import Counter

from handoff.lab.demo.page_facts import PROVEN, Facts, Hidden, Record, key_of, number_of, records, text_of, texts
from handoff.lab.demo.page_picture import CLOUD_NAMES, describe, kind_title, layout, picture
from handoff.lab.demo.page_text import breakable, counted, duration, text
from handoff.lab.identities import ADMIN

LIMITS = (
    "Everything ran in a lab on one machine. No cloud account was touched.",
    "On AWS the refusals come from a third-party emulator (ministack), not from AWS.",
    "On Azure and Google Cloud they come from our own stand-ins, not from Microsoft or Google.",
    "So this shows that our client code and the order of its steps work. It does not show how the real clouds behave.",
)


def headline(facts: Facts) -> str:
    """The verdict in a few words; never more than the story has."""
    if not facts.steps:
        return "There is no record of a demonstration here"
    if not facts.proofs:
        return "Nothing is proven"
    return f"{len(facts.dead)} of {len(facts.due)} ways in proven dead"


def is_whole(facts: Facts) -> bool:
    """Whether everything that the demonstration is to show is there."""
    return bool(facts.proofs) and len(facts.dead) == len(facts.due) and not facts.unread and not facts.missing


def verdict(facts: Facts) -> str:
    """The headline, what stands against it, and the limits beside it."""
    parties = facts.certificate.get("declared", {}).get("parties", {}) if isinstance(facts.certificate.get("declared"), dict) else {}
    client, provider = text(parties.get("client") or "The client"), text(parties.get("provider") or "its provider")
    lead = (
        f"{client} ends its contract with {provider}. Every way in that the provider had on three clouds was found and cut. Then each was looked for again and probed, and every credential that the provider had given up was tried."
        if is_whole(facts)
        else "The demonstration did not show all that it should. What there is, is below; what is missing is listed here."
    )
    return (
        f'<section class="verdict {"whole" if is_whole(facts) else "partial"}" aria-labelledby="verdict"><div class="claim"><h1 id="verdict">{_big(headline(facts))}</h1>'
        f'<p class="lead">{lead}</p>{_against(facts)}</div>{_limits(facts)}</section>{_figures(facts)}'
    )


def _big(words: str) -> str:
    head, found, tail = words.partition(" ways in ")
    return f"<b>{text(head)}</b> ways in {text(tail)}" if found else text(words)


def _against(facts: Facts) -> str:
    said = [text(one) for one in facts.missing]
    still = len(facts.due) - len(facts.dead)
    said += [f"{counted(still, 'way in is', 'ways in are')} not proven dead."] if still and facts.proofs else []
    said += (
        [f"{counted(len(facts.unread), 'listing')} could not be read whole: {text(', '.join(sorted({text_of(one, 'kind') for one in facts.unread})))}."]
        if facts.unread
        else []
    )
    return f'<ul class="against" aria-label="What is missing">{"".join(f"<li>{one}</li>" for one in said)}</ul>' if said else ""


def _limits(facts: Facts) -> str:
    more = texts(facts.certificate, "residuals")
    told = "".join(f"<li>{one}</li>" for one in LIMITS)
    rest = f"<p>The certificate adds:</p><ul>{''.join(f'<li>{text(one)}</li>' for one in more)}</ul>" if more else ""
    return f'<aside class="limits" aria-labelledby="limits"><h2 id="limits">What this does not show</h2><ul>{told}</ul>{rest}</aside>'


def _figures(facts: Facts) -> str:
    coverage = records(facts.story, "coverage")
    theirs = sum(one.get("party") == "provider" for one in facts.before)
    found = sum(bool(one.keys) for one in facts.hidden)
    bags = records(facts.story, "bags")
    objects = sum(int(number_of(one, "objects") or 0) for one in bags)
    seconds, canaries, actions = (number_of(facts.story, name) for name in ("seconds", "canaries", "actions"))
    rows = [
        (f"{theirs}", f"ways in of the provider's, of {len(facts.before)} on three clouds", bool(facts.before)),
        (f"{found} of {len(facts.hidden)}", "opened by hand, outside any program, and found", bool(facts.hidden) and bool(facts.before)),
        (f"{actions or 0:.0f}", "actions in the plan, bound to its digest", actions is not None),
        (f"{canaries or 0:.0f}", "credentials and sessions that worked before the cut, kept to be tried after it", canaries is not None),
        (f"{len(coverage) - len(facts.unread)} of {len(coverage)}", "listings read whole; only then does none found mean none", bool(coverage)),
        (f"{objects}", f"objects given back in {counted(len(bags), 'bag')}", bool(bags)),
        (f"{seconds or 0:.0f} s", "from the spec to the certificate", seconds is not None),
    ]
    told = "".join(f"<div><dt>{text(label)}</dt><dd>{text(value)}</dd></div>" for value, label, shown in rows if shown)
    return f'<dl class="figures" aria-label="Key figures">{told}</dl>' if told else ""


def access(facts: Facts) -> str:
    """Who could get in, before and after."""
    if not facts.before:
        return _section("access", "Who can get in", "<p>The demonstration did not come so far as to list the ways in.</p>")
    places = layout(facts.before, facts.after or ())
    shown = [("before", "Before", facts.before)] + ([("after", "After", facts.after)] if facts.after is not None else [])
    drawn = "".join(
        f'<figure class="{name}"><figcaption><strong>{title}</strong> {text(describe(paths))}</figcaption>{picture(paths, places, name=name, hidden=facts.hidden_keys)}</figure>'
        for name, title, paths in shown
    )
    source = (
        '"After" is what the last sweep listed, with fresh connections.'
        if facts.swept is not None
        else 'The evidence has no sweep after the exit: "After" is "Before" without what is proven dead.'
        if facts.after is not None
        else "There is no picture of the time after, because nothing was proven."
    )
    toggle = (
        '<div class="toggle" role="radiogroup" aria-label="Which picture"><input type="radio" name="state" id="show-before" checked><label for="show-before">Before</label>'
        '<input type="radio" name="state" id="show-after"><label for="show-after">After</label></div>'
        if facts.after is not None
        else ""
    )
    legend = '<ul class="legend"><li class="provider">provider</li><li class="provider dashed">provider, opened by hand</li><li class="client">client</li><li class="other">others, such as the cloud\'s own services</li></ul>'
    intro = f"<p>Each line is one way in: from the party that holds it, through its kind, to its cloud. {source}</p>"
    return _section("access", "Who can get in", f'{intro}{legend}<div class="pictures">{toggle}{drawn}</div>')


def hidden(facts: Facts) -> str:
    """What was opened by hand, and what became of it."""
    if not facts.hidden:
        return ""
    listed = [one for one in facts.hidden if not one.kind]
    told = f'<ul class="hidden-ways">{"".join(_one_hidden(facts, one) for one in listed)}</ul>' if listed else ""
    intro = f"<p>An engineer of the provider's, helping out with the administrator login <code>{ADMIN}</code>, opened these outside any program. Nobody tells the sweep about them.</p>"
    return _section("hidden", "Opened by hand", f"{intro}{_by_kind(facts)}{told}")


def _by_kind(facts: Facts) -> str:
    """The many of one cloud, as a table that is folded: what was opened, whether it was found, cut and proven, and what its credentials did."""
    many = sorted((one for one in facts.hidden if one.kind), key=lambda one: (kind_title(one.kind), one.text))
    if not many:
        return ""
    kinds = len({one.kind for one in many})
    dead = sum(_state(facts, one)[1] == "proven" for one in many)
    tries = sum(len(one.tries) for one in many)
    refused = sum(facts.tried(one, "after", "refused") for one in many)
    rows = "".join(_kind_row(facts, one) for one in many)
    head = "".join(f'<th scope="col">{one}</th>' for one in ("Kind", "What was opened", "Keys, sessions, addresses", "Found, cut, proven"))
    summary = (
        f"{counted(len(many), 'way in', 'ways in')} of {counted(kinds, 'kind')} on {', '.join(sorted({CLOUD_NAMES.get(one.cloud, one.cloud) for one in many}))}"
    )
    said = f"<p>{text(summary)}: {dead} found, cut and proven dead. Of {tries} keys, sessions and addresses that came with them, {refused} are refused now.</p>"
    table = f'<table class="cards"><caption class="quiet">By kind.</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'{said}<details class="long"><summary>By kind, one by one</summary>{table}</details>'


def _kind_row(facts: Facts, one: Hidden) -> str:
    state, shade = _state(facts, one)
    before, after = facts.tried(one, "before", "worked"), facts.tried(one, "after", "refused")
    tried = f"{before} worked before, {after} refused after" if one.tries else "none to try in the lab"
    cells = (("Kind", text(kind_title(one.kind))), ("What was opened", breakable(_sentence(one))), ("Keys, sessions, addresses", tried))
    told = "".join(f'<td data-label="{label}">{body}</td>' for label, body in cells)
    return f'<tr>{told}<td data-label="Found, cut, proven"><span class="mark {shade}">{state}</span></td></tr>'


def _sentence(one: Hidden) -> str:
    return one.text[:1].upper() + one.text[1:]


def _state(facts: Facts, one: Hidden) -> tuple[str, str]:
    by_key = {key_of(path): path for path in facts.before}
    said = [facts.verdict(by_key[key]) for key in one.keys if key in by_key]
    if not facts.before:
        return "no listing was made", "open"
    if not said:
        return "not recognised in the listing", "open"
    if all(word == PROVEN for word in said):
        return "found, cut, proven dead", "proven"
    return "found, not proven dead", "open"


def _one_hidden(facts: Facts, one: Hidden) -> str:
    state, shade = _state(facts, one)
    return f'<li><span class="cloud-name">{text(CLOUD_NAMES.get(one.cloud, one.cloud))}</span><span>{text(re.sub("^an? ", lambda said: said[0].capitalize(), one.text))}</span><span class="mark {shade}">{state}</span></li>'


def chapters(facts: Facts) -> str:
    """What happened, in order, with the commands as typed."""
    if not facts.steps:
        return ""
    longest = max((number_of(one, "seconds") or 0.0 for one in facts.steps), default=0.0) or 1.0
    told = "".join(_chapter(one, number, longest) for number, one in enumerate(facts.steps, start=1))
    exits = Counter(number_of(command, "exit_code") == 0 for one in facts.steps for command in records(one, "commands"))
    intro = f"<p>{counted(len(facts.steps), 'chapter')}, {counted(exits.total(), 'command')}. The bar under a title is its share of the time.</p>"
    return _section("chapters", "What happened", f'{intro}<ol class="chapters">{told}</ol>')


def _chapter(one: Record, number: int, longest: float) -> str:
    seconds = number_of(one, "seconds") or 0.0
    points = "".join(f"<li>{text(fact)}</li>" for fact in texts(one, "facts"))
    commands = "".join(_command(command) for command in records(one, "commands"))
    return (
        f'<li><div class="chapter-head"><h3><span class="number" aria-hidden="true">{number}</span>{text(text_of(one, "title"))}</h3><span class="seconds">{duration(seconds)}</span></div>'
        f'<div class="share" aria-hidden="true"><i style="width:{100 * seconds / longest:.1f}%"></i></div><p>{text(text_of(one, "text"))}</p>{f"<ul>{points}</ul>" if points else ""}{commands}</li>'
    )


def _command(one: Record) -> str:
    code, seconds, output = number_of(one, "exit_code"), number_of(one, "seconds") or 0.0, text_of(one, "output").strip("\n")
    ended = "" if code is None else f"exit code {code:.0f}, "
    head = f'<div class="command"><code>{text(text_of(one, "line"))}</code><small class="{"" if code == 0 else "refused"}">{ended}{duration(seconds)}</small>'
    lines = counted(len(output.splitlines()), "line")
    shown = f'<details><summary>Output, {lines}</summary><pre tabindex="0">{text(output)}</pre></details>' if output else ""
    return f"{head}{shown}</div>"


def _section(name: str, title: str, body: str) -> str:
    return f'<section aria-labelledby="{name}"><h2 id="{name}">{title}</h2>{body}</section>'
