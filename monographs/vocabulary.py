"""The closed lists of words that files, rows and pages share.

Plain Python, imported by every room. Each member's value is what files and
columns hold; its label is what people read. A value is never changed once a
revision holds it.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A member of a closed list: the value is stored, the label is read."""

    _label: str
    _rest: tuple[str, ...]

    def __new__(cls, value: str, label: str = "", *rest: str) -> Self:
        """Make a member whose value is `value` and keep its label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member._label = label
        member._rest = rest
        return member

    @property
    def label(self) -> str:
        """What people read."""
        return self._label

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return (value, label) pairs in order, as a Django field takes them."""
        return [(member.value, member.label) for member in cls]


class Part(Word):
    """A part of a drug that is reviewed and released by itself."""

    MONOGRAPH = "monograph", "Monograph"
    DOSING = "dosing", "Dosing"


class SectionKind(Word):
    """The sections of a monograph in the page's fixed order.

    Third value: the section of the SmPC (EU template of summaries of product
    characteristics) that says the same, or nothing.
    """

    INDICATIONS = "indications", "Indications", "4.1"
    HOW_IT_WORKS = "how-it-works", "How it works", "5.1"
    CONTRA_INDICATIONS = "contra-indications", "Contra-indications", "4.3"
    CAUTIONS = "cautions", "Cautions", "4.4"
    BEFORE_STARTING = "before-starting", "Before starting", "4.4"
    PRESCRIBING = "prescribing-in-practice", "Prescribing in practice", ""
    INTERACTIONS = "interactions", "Interactions", "4.5"
    SIDE_EFFECTS = "side-effects", "Side-effects", "4.8"
    PREGNANCY = "pregnancy", "Pregnancy, breast-feeding and contraception", "4.6"
    RENAL = "renal-impairment", "Renal impairment", "4.2"
    HEPATIC = "hepatic-impairment", "Hepatic impairment", "4.2"
    STOPPING = "stopping", "Stopping or interrupting", ""
    HANDLING = "handling", "Handling and disposal", "6.6"
    MONITORING = "monitoring", "Monitoring", ""
    COUNSELLING = "counselling", "Counselling the patient", ""
    EVIDENCE = "evidence", "Evidence & guidelines", ""

    @property
    def smpc(self) -> str:
        """The number of the SmPC section, such as "4.3", or ""."""
        return self._rest[0]


# Without these four a reader could take silence for safety: they always stay
# in place on the page, and who releases a text without one says so by name.
SAFETY_SECTIONS = (
    SectionKind.CONTRA_INDICATIONS,
    SectionKind.INTERACTIONS,
    SectionKind.SIDE_EFFECTS,
    SectionKind.PREGNANCY,
)


class FlagKind(Word):
    """Warnings that head the page, in the page's order; never inferred."""

    BIRTH_DEFECTS = "birth-defects", "Causes birth defects: Pregnancy Prevention Programme"
    ONCE_WEEKLY = "once-weekly", "Once-weekly medicine: never daily"
    HIGH_RISK = "high-risk", "High-risk medicine"
    CYTOTOXIC = "cytotoxic", "Cytotoxic: follow local handling rules"
    CONTAINS_PENICILLIN = "contains-penicillin", "Contains a penicillin"
    CONTROLLED_DRUG = "controlled-drug", "Controlled drug"
    PRESCRIBE_BY_BRAND = "prescribe-by-brand", "Prescribe by brand"
    ADDITIONAL_MONITORING = "additional-monitoring", "▼ Additional monitoring"


class NameKind(Word):
    """What kind of name finds the drug."""

    INN = "inn", "International non-proprietary name"
    BAN = "ban", "British approved name"
    USAN = "usan", "United States adopted name"
    GENERIC = "generic", "Generic name that no INN covers, such as a combination's"
    BRAND = "brand", "Brand"
    SYNONYM = "synonym", "Synonym or former name"
    ABBREVIATION = "abbreviation", "Abbreviation"


class Population(Word):
    """Whom the text covers."""

    ADULTS = "adults", "adults"
    CHILDREN = "children", "children"
    BOTH = "both", "adults and children"


class SourceKind(Word):
    """What kind of document a statement rests on."""

    SMPC = "smpc", "SmPC"
    LABEL = "label", "Regulator's label"
    NICE = "nice", "NICE guidance"
    MHRA = "mhra", "MHRA Drug Safety Update"
    TRIAL = "trial", "Trial"
    WHO = "who", "WHO"
    OTHER = "other", "Other"


class IdentifierSystem(Word):
    """Code systems; the codes are always text."""

    RXNORM = "rxnorm", "RxNorm"
    VTM = "vtm", "dm+d VTM"
    ATC = "atc", "ATC"
    UNII = "unii", "UNII"
    BNF = "bnf", "BNF code"


class Relation(Word):
    """What a curated cross-link says."""

    ALTERNATIVE = "alternative", "Alternative"
    USED_WITH = "used-with", "Used with"
    SEQUENCE = "sequence", "Before or after in a sequence"
    MONITORING = "monitoring", "Monitoring"
    GUIDELINE = "guideline", "Guideline"
    CALCULATOR = "calculator", "Calculator"
    SEE_ALSO = "see-also", "See also"


class DosingState(Word):
    """Why no dose is shown."""

    RE_SOURCING = "re-sourcing", "Being independently re-sourced"
    SPECIALIST_PROTOCOL = "specialist-protocol", "Given under specialist protocols"
    SUSPENDED = "suspended", "Taken down"


class ChangeKind(Word):
    """What kind of change a revision makes."""

    CLINICAL = "clinical", "Clinical"
    EDITORIAL = "editorial", "Editorial (wording only)"
    SAFETY = "safety", "Safety"


class Verdict(Word):
    """What a reviewer signs of a revision."""

    APPROVE = "approve", "Approve"
    CHANGES = "changes", "Ask for changes"
    REVOKE = "revoke", "Revoke the approval"


class LookAlikeState(Word):
    """What is known of two names that are alike."""

    FOUND = "found", "Found, not looked at yet"
    CONFIRMED = "confirmed", "Confirmed"
    DISMISSED = "dismissed", "Dismissed"


class Market(Word):
    """Where a name is used; the values are ISO 3166 codes, and EU."""

    GB = "GB", "the United Kingdom"
    IE = "IE", "Ireland"
    EU = "EU", "the European Union"
    US = "US", "the United States"
    CA = "CA", "Canada"
    AU = "AU", "Australia"
    NZ = "NZ", "New Zealand"
    DE = "DE", "Germany"
    FR = "FR", "France"
    ES = "ES", "Spain"
    IT = "IT", "Italy"
    RS = "RS", "Serbia"
    JP = "JP", "Japan"
    IN = "IN", "India"
