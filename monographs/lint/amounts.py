"""What counts as an amount of medicine, and what only looks like one.

While no dose is published, the monograph names none either. Laboratory forms
(mL/min, mmol/L, mg/L, mg/mmol, x 10^9/L), body weights, ages and percentages
are not amounts. Every repetition is possessive or bounded, so that a hostile
text costs no more than its length.
"""

from __future__ import annotations

import re

NUMBER = r"(?<!\d)\d++(?:[ ,.'’]\d++){0,3}+"
_GAP = r"[\s-]{0,3}+"
_END = r"(?![A-Za-z])"
_PER = r"\s?(?:/|per\b)\s?"
_LITRE = r"(?:d?[lL]|(?i:deci)?(?i:lit(?:re|er)s?))"
_MILLILITRE = r"(?:m[lL]|(?i:millilit(?:re|er)s?))"
_MOLE = r"(?:m?mol|(?i:(?:milli)?moles?))"
_KILO = r"(?:kg|(?i:kilograms?))"

_SMALL_MASS = r"(?:(?i:micrograms?|microgrammes?|nanograms?|nanogrammes?|mcgs?)|[uµμn]g|㎍)"
_MASS = r"(?:(?i:mgs?|milligrams?|milligrammes?|grams?|grammes?)|gms?|g|㎎)"
_VOLUME = rf"(?:(?i:mls?)|{_MILLILITRE}|㎖)"
_UNITS = r"(?:(?i:(?:million|thousand|mega)\s?))?(?:(?i:(?:international\s)?units?)|IU|iu|U|u)"
_MOLES = r"(?:mmols?|(?i:millimoles?|milliequivalents?)|mEq)"
_ACTIVITY = r"(?:[MG]Bq|(?i:(?:mega|giga)becquerels?))"
_FORMS = (
    r"(?i:(?:tablet|capsule|caplet|lozenge|sachet|puff|drop|spray|ampoule|vial|actuation|inhalation|teaspoon"
    r"|spoonful|pastille|wafer)s?|suppositor(?:y|ies)|pessar(?:y|ies)|patch(?:es)?(?!\s?test))"
)
_KIND_OF_FORM = (
    r"(?i:(?:film-coated|gastro-resistant|effervescent|soluble|dispersible|chewable|modified-release"
    r"|prolonged-release|oral|hard|whole|level|5\s?ml)\s)?"
)

# A product's sodium is a caution, sodium chloride is a medicine.
_SODIUM_SALT = r"sodium\s(?:acet|bicarb|carb|chlor|citr|fluor|hydr|lact|phos|thio|valp)"
_SODIUM = rf"(?!\sof\s(?!{_SODIUM_SALT})sodium\b)"
_SALT = rf"(?i:potassium|magnesium|calcium|phosphate|{_SODIUM_SALT})"

# What a laboratory measures in these units, or what is no medicine at all.
_NOT_DOSES = "|".join(
    [
        rf"{_SMALL_MASS}{_END}(?!{_PER}(?:{_LITRE}|{_MILLILITRE}|{_MOLE}|g|(?i:grams?))\b)",
        rf"{_MASS}{_END}(?!{_PER}(?:{_LITRE}|{_MILLILITRE}|{_MOLE})\b){_SODIUM}"
        r"(?!\sof\s(?:fat|carbohydrate|fibre|salt|protein)\b)",
        rf"{_VOLUME}{_END}(?!(?:{_PER}{_KILO})?{_PER}(?:min(?:ute)?\b|1\.73))"
        r"(?!\sof\s(?:water|blood|urine|milk|juice|fluids?)\b)",
        rf"{_UNITS}{_END}(?!{_PER}(?:{_LITRE}|{_MILLILITRE})\b)"
        r"(?!\sof\s(?:alcohol|blood|red|packed|plasma|platelets)\b)",
        # "9 mmol in each vial" is mostly a product's sodium: see PERHAPS_AMOUNT.
        rf"{_MOLES}{_END}(?={_PER}(?:{_KILO}|day|dose|hour|h)\b|\s(?:of\s)?{_SALT})",
        rf"{_ACTIVITY}{_END}(?!{_PER}(?:{_LITRE}|{_MILLILITRE})\b)",
    ]
)

# "Proteinuria above 1 g/day", "urine output below 0.5 mL/kg/hour", "alcohol: 14 units a week".
_COMPARED = (
    r"(?::|(?i:\s(?:of|is|was|at|least|most|not|more|less|fewer|than|above|below|over|under|up|to|greater"
    r"|exceeds|exceeding|between|about|intake|falls|rises|reaches|stays|remains))){0,6}+\s"
)
_RANGE = rf"{NUMBER}(?:\s?(?:to|and|-)\s?{NUMBER})?{_GAP}"
_RATE = rf"(?:{_PER}(?:{_KILO}|hour|h|day|week|24\s?h(?:ours?)?)\b){{0,2}}"
_MEASURED = "|".join(
    [
        r"(?i:\b(?:proteinuria|albuminuria|(?:protein|albumin|calcium) excretion|urine (?:output|volume)))"
        rf"{_COMPARED}{_RANGE}(?:{_MASS}|{_VOLUME}|{_MOLES}){_END}{_RATE}",
        rf"(?i:\balcohol){_COMPARED}{_RANGE}{_UNITS}{_END}",
    ]
)

# "Vitamin B12 tablets" and "omega-3 capsules" hold no number of tablets; "2x500 mg" and "x2 tablets" do.
_COUNT = rf"(?<![A-WYZa-wyz])(?<![A-Za-z]-){NUMBER}"

AMOUNT = re.compile(
    rf"{_MEASURED}|(?P<hit>{NUMBER}{_GAP}(?:{_NOT_DOSES})|{_COUNT}{_GAP}{_KIND_OF_FORM}{_FORMS}{_END})"
)

_WORDS = (
    r"(?i:\b(?:half an?|(?:a |one )?quarter of an?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|twelve|fifteen|twenty)[\s-])"
)
_SPELLED_UNITS = rf"(?:(?i:mg|milligrams?|micrograms?|grams?|units?)|{_MILLILITRE})"

# Only a reader can tell: a number in words, a strength in mg/mL that may be a blood
# level, millimoles that may be a product's sodium.
PERHAPS_AMOUNT = re.compile(
    rf"(?:{_WORDS}{_KIND_OF_FORM}{_FORMS}{_END})"
    rf"|(?:{_WORDS}{_SPELLED_UNITS}{_END}(?!\sof\s(?:alcohol|blood|red|packed|plasma|platelets|water)\b))"
    rf"|(?:{NUMBER}{_GAP}(?:{_MASS}|{_UNITS}){_PER}{_MILLILITRE}{_END})"
    rf"|(?:{NUMBER}{_GAP}{_MOLES}{_END}(?!{_PER}(?:{_LITRE}\b|{_MILLILITRE}\b|{_MOLE}\b|24)){_SODIUM})"
)
