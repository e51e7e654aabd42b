"""Public pages: find, act, answer. Each is a function; the rules live elsewhere."""
