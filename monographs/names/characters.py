"""Characters that mean something to a computer and nothing to a reader."""

import re

# Control characters (but tab and line ends), soft hyphen, zero-width and
# direction marks, fillers, variation selectors, tags, the replacement
# character, private use, non-characters and lone surrogates.
# Source: Unicode Technical Report 36, sections 2.9 and 3; UTS 39.
INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U000e0000-\U0010ffff"
    "]"
)
