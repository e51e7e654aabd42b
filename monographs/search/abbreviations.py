"""Abbreviations that have been read as another medicine: what each can mean.

Source: Institute for Safe Medication Practices, list of error-prone
abbreviations, part on drug names, as reprinted by eMPR ("Error-Prone Drug Name
Abbreviations"); of TPA, TNK and TXA its alert "Avoid Using the Error-prone
Abbreviation, TPA" and the American Academy of Pediatrics on alteplase. All seen
26 November 2026; what was not seen there is not listed. Intended meaning
first, then what it was mistaken for. Keys and values are normalised names; a
medicine with a British name is listed under its international one.
"""

MEANINGS: dict[str, tuple[str, ...]] = {
    "apap": ("paracetamol",),
    "ara a": ("vidarabine", "cytarabine"),
    "araa": ("vidarabine", "cytarabine"),
    "azt": ("zidovudine", "azathioprine", "aztreonam", "azithromycin"),
    "cpz": ("prochlorperazine", "chlorpromazine"),
    "hct": ("hydrocortisone", "hydrochlorothiazide"),
    "hctz": ("hydrochlorothiazide", "hydrocortisone"),
    "mgso4": ("magnesium sulfate", "morphine sulfate", "morphine"),
    "ms": ("morphine sulfate", "morphine", "magnesium sulfate"),
    "mso4": ("morphine sulfate", "morphine", "magnesium sulfate"),
    "mtx": ("methotrexate", "mitoxantrone"),
    "ptu": ("propylthiouracil", "mercaptopurine"),
    "tac": ("triamcinolone", "tetracaine", "epinephrine", "cocaine"),
    "tnk": ("tenecteplase", "alteplase"),
    "tpa": ("alteplase", "tenecteplase", "tranexamic acid"),
    "txa": ("tranexamic acid", "alteplase"),
}


def meanings_of(norm: str) -> tuple[str, ...]:
    """Return the normalised names of what a listed abbreviation can mean, or nothing."""
    return MEANINGS.get(norm, ())
