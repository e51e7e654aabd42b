"""Hypothesis strategies: plain data of monographs, well-formed but of any words."""

import datetime

from hypothesis import strategies as st

from monographs.names import normalise
from monographs.vocabulary import FlagKind, Market, NameKind, Population, SectionKind, SourceKind

LETTERS = st.characters(codec="utf-8", categories=("Ll", "Lu", "Nd", "Po", "Sm"), exclude_characters="[]")
words = st.text(LETTERS | st.sampled_from("aeé\u0301µß-"), min_size=1, max_size=8).filter(str.strip)
lines = st.lists(words, min_size=1, max_size=6).map(" ".join)
dates = st.dates(datetime.date(1990, 1, 1), datetime.date(2026, 11, 22)).map(datetime.date.isoformat)
slugs = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)
keys = st.from_regex(r"[a-z][a-z0-9-]{0,7}", fullmatch=True)
markets = st.sampled_from(["", *(market.value for market in Market)])


@st.composite
def sources(draw):
    """A mapping of keys to sources, each its own document."""
    found = {}
    for place, key in enumerate(draw(st.lists(keys, max_size=3, unique=True))):
        found[key] = {
            "kind": draw(st.sampled_from(list(SourceKind))).value,
            "identifier": f"{place}-{draw(words)}",
            "title": draw(lines),
            "jurisdiction": draw(st.sampled_from(["GB", "INT"])),
            "url": f"https://medicines.example/{draw(slugs)}",
            "revision": draw(lines | st.just("")),
            "revised_on": draw(dates | st.none()),
            "accessed_on": draw(dates),
        }
    return found


@st.composite
def section_texts(draw, keys_known):
    """A section: paragraphs and bullets, some with references."""
    found = []
    for text in draw(st.lists(lines, min_size=1, max_size=4)):
        mark = f" [{draw(st.sampled_from(keys_known))} 4.4]" if keys_known and draw(st.booleans()) else ""
        found.append(draw(st.sampled_from(["", "- "])) + text + mark)
    return draw(st.sampled_from(["\n\n", "\n"])).join(found)


@st.composite
def raw_documents(draw):
    """The plain data of a monograph that the shape accepts."""
    cited = draw(sources())
    known = list(cited)
    key = st.sampled_from(known) if known else st.none()
    name = draw(lines.filter(normalise))
    names = [{"name": name, "kind": "inn"}]
    seen = {(normalise(name), "inn", "")}
    for _ in range(draw(st.integers(0, 3))):
        other = {
            "name": draw(lines),
            "kind": draw(st.sampled_from(list(NameKind))).value,
            "market": draw(markets),
            "is_current": draw(st.booleans()),
            "source": draw(key),
        }
        identity = (normalise(other["name"]), other["kind"], other["market"])
        if identity not in seen:
            seen.add(identity)
            names.append(other)
    kinds = draw(st.lists(st.sampled_from(list(SectionKind)), unique=True, max_size=4))
    flags = draw(st.lists(st.sampled_from(list(FlagKind)), unique=True, max_size=3)) if known else []
    classes = draw(st.lists(slugs, min_size=1, max_size=3, unique=True))
    components = draw(st.lists(slugs.map("c-{}".format), max_size=2, unique=True))
    return {
        "name": name,
        "class": {"slug": classes[0], "name": classes[0].title()},
        "other_classes": [{"slug": slug, "name": slug.title()} for slug in classes[1:]],
        "is_specialist": draw(st.booleans()),
        "population": draw(st.sampled_from(list(Population))).value,
        "lead": draw(lines | st.just("")),
        "components": [{"slug": slug, "name": slug.title()} for slug in components],
        "names": names,
        "flags": {
            kind.value: {
                "line": draw(words),
                "detail": draw(words | st.just("")),
                "source": draw(key),
                "locator": "4.4",
                "checked_on": draw(dates),
            }
            for kind in flags
        },
        "reference_smpc": draw(key),
        "sections": {kind.value: draw(section_texts(known)) for kind in kinds},
        "sources": cited,
        "waivers": [{"section": kind.value, "rule": "L04", "reason": draw(lines)} for kind in kinds[:1]],
    }
