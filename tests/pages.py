"""Pages as tests read them, and data for every kind of page."""

import datetime
import html
import re
from pathlib import Path

from django.conf import settings
from django.utils.timezone import localdate

from monographs import review
from monographs.importers.documents import Steps, run
from monographs.models import CrossLink, Drug, DrugClass, LiveDrug, Source
from monographs.vocabulary import NameKind, SectionKind, SourceKind
from tests.builders import LEAD, SMPC, approved, person, released

STARTER = Path(settings.BASE_DIR) / "monographs" / "starter"
BLOCKERS = {"slug": "calcium-channel-blockers", "name": "Calcium-channel blocker"}
# A kind of page and an address of it, once `every_kind` has made the data.
KINDS = {
    "home": "/",
    "letters": "/drugs/",
    "one letter": "/drugs/?letter=p",
    "drug": "/drugs/pomalidomide/",
    "drug after a brand": "/drugs/pomalidomide/?from=imnovid",
    "drug, little written": "/drugs/amlodipine/",
    "drug without an SmPC": "/drugs/felodipine/",
    "drug, reviewed": "/drugs/nicardipine/",
    "drug with notices": "/drugs/nimodipine/",
    "drug, review cancelled": "/drugs/lercanidipine/",
    "withdrawn": "/drugs/nifedipine/",
    "known name": "/drugs/isradipine/",
    "classes": "/classes/",
    "class": "/classes/immunomodulators/",
    "class with notices": "/classes/dihydropyridines/",
    "compare form": "/classes/immunomodulators/compare/",
    "compare error": "/classes/immunomodulators/compare/?section=monitoring&drug=pomalidomide",
    "comparison": "/classes/immunomodulators/compare/"
    "?section=monitoring&drug=lenalidomide&drug=pomalidomide&drug=thalidomide",
    "comparison, not written": "/classes/immunomodulators/compare/"
    "?section=interactions&drug=lenalidomide&drug=pomalidomide",
    "comparison, reviewed": "/classes/dihydropyridines/compare/"
    "?section=monitoring&drug=lercanidipine&drug=nicardipine&drug=nimodipine",
    "results": "/search/?q=imn",
    "class word": "/search/?q=penicillins",
    "nothing found": "/search/?q=xyzzy",
    "empty search": "/search/",
    "about": "/about/",
    "editorial policy": "/editorial-policy/",
    "accessibility": "/accessibility/",
    "privacy": "/privacy/",
    "not found": "/drugs/no-such-medicine/",
}
# Kinds whose page has parts of its own; the others are made of the same parts.
OWN_PARTS = (
    *("home", "letters", "drug", "drug, little written", "withdrawn", "classes", "class", "results"),
    *("editorial policy", "compare error", "comparison", "drug with notices", "drug, review cancelled"),
)


def words(response):
    """Return what a reader reads on a page, on one line, no-break spaces as spaces."""
    body = re.sub(r"<(head|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    text = re.sub(r"</?(?:b|a|span)\b[^>]*>", "", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def starter():
    """Import and release the starter monographs; return their live rows."""
    run(STARTER, Steps(by=person("lead", LEAD), submit=True, release=True, note="Starter."))
    return LiveDrug.objects.in_order()


def withdrawn(name, reason="The text was wrong."):
    """Return the live row of a drug whose page was taken down."""
    live = released(name)
    review.withdraw(drug=live.drug, by=person("lead", LEAD), reason=reason)
    return LiveDrug.objects.get(pk=live.pk)


def known(name):
    """Return a drug of which only the name is known."""
    drug = Drug.objects.create(name=name, slug=name.lower())
    drug.names.create(name=name, kind=NameKind.INN.value, in_document=False)
    review.make_findable([drug.pk])
    return drug


def every_kind():
    """Make the data of every kind of page in KINDS."""
    starter()
    released("Amlodipine")
    released("Felodipine", reference_smpc=None)
    withdrawn("Nifedipine")
    known("Isradipine")
    reviewed()


def reviewed():
    """Make a reviewed page, one with notices of the medicine and of its class, and one whose review was cancelled."""
    dipines = {"class": {"slug": "dihydropyridines", "name": "Dihydropyridine"}}
    approval = approved("Lercanidipine", **dipines)
    review.revoke(
        revision=approval.revision,
        by=approval.reviewer,
        digest=approval.digest,
        comment="A warning is missing.",
    )
    approved("Nicardipine", **dipines)
    live = live_of(approved("Nimodipine", **dipines))
    for number in range(3):
        notice(on=live.drug, text=f"Check the blood pressure first, and again after {number + 1} hours.")
    ended = notice(on=live.drug_class)
    review.end_notice(notice=ended, by=person("lead", LEAD), reason="now in Monitoring (version 8)")
    notice(on=live.drug_class, text="Check the heart first.")


def all_sections():
    """Return the text of every section, with ten references each."""
    line = "- Blood pressure is measured before treatment. [smpc 4.4] [trial]"
    return {kind.value: "\n".join([line] * 5) for kind in SectionKind}


def two_sources():
    """Return an SmPC and a trial, by key."""
    trial = {
        "kind": "trial",
        "identifier": "NCT1",
        "title": "A trial of amlodipine",
        "jurisdiction": "INT",
        "url": "https://trial.example/NCT1",
        "accessed_on": "2026-11-01",
    }
    return {"smpc": SMPC, "trial": trial}


def drug_class(slug, name="", parent=None):
    """Return a class, made where it is new."""
    name = name or slug.replace("-", " ").capitalize()
    return DrugClass.objects.get_or_create(slug=slug, defaults={"name": name, "parent": parent})[0]


def in_class(name, slug):
    """Return the live row of a small monograph in a class that exists."""
    return released(name, **{"class": {"slug": slug, "name": DrugClass.objects.get(slug=slug).name}})


def link(live, relation="see-also", **columns):
    """Return a curated link from a drug."""
    return CrossLink.objects.create(
        from_drug=live.drug, relation=relation, curator=person("curator"), reason="A reason.", **columns
    )


def live_of(approval):
    """Return the live row of a drug by a review of its text."""
    return LiveDrug.objects.get(pk=approval.revision.drug_id)


def notice(on, text="Check the blood pressure first."):
    """Return a notice that a lead puts on a drug or a class, from a Drug Safety Update."""
    source, _ = Source.objects.get_or_create(
        kind=SourceKind.MHRA.value,
        identifier="DSU 20/3",
        defaults={
            "title": "Amlodipine: a reminder",
            "jurisdiction": "GB",
            "url": "https://dsu.example/20-3",
            "revised_on": datetime.date(2026, 10, 30),
        },
    )
    day = localdate() + datetime.timedelta(days=60)
    return review.post_notice(on=on, text=text, source=source, check_on=day, by=person("lead", LEAD))
