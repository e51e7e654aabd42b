"""How many slips of the pen lie between two names."""


def edits(first: str, second: str, most: int) -> int:
    """Return the optimal string alignment distance of two strings, at most `most` + 1.

    One edit is a letter more, a letter less, another letter, or two neighbours
    changed about; no letter is touched twice. Only a band of `most` beside the
    diagonal is filled, and it ends when no row can come back under `most`.
    """
    begin, end = 0, 0
    shorter = min(len(first), len(second))
    while begin < shorter and first[begin] == second[begin]:
        begin += 1
    while end < shorter - begin and first[-1 - end] == second[-1 - end]:
        end += 1
    first, second = first[begin : len(first) - end], second[begin : len(second) - end]
    if abs(len(first) - len(second)) > most:
        return most + 1
    if not first or not second:
        return len(first) + len(second)
    # One edit takes away or brings at most two kinds of letter.
    if len(set(first) ^ set(second)) > 2 * most:
        return most + 1
    return _banded(first, second, most)


def _banded(first: str, second: str, most: int) -> int:
    """Return the distance of two strings that begin and end differently."""
    far = most + 1
    before: list[int] = []
    row = [min(column, far) for column in range(len(second) + 1)]
    for number, letter in enumerate(first, 1):
        left, right = max(1, number - most), min(len(second), number + most)
        new = [far] * (len(second) + 1)
        new[0] = min(number, far)
        for column in range(left, right + 1):
            other = second[column - 1]
            cost = min(row[column - 1] + (letter != other), row[column] + 1, new[column - 1] + 1)
            is_swapped = (
                number > 1 and column > 1 and letter == second[column - 2] and first[number - 2] == other
            )
            new[column] = min(cost, before[column - 2] + 1) if is_swapped else cost
        if min(new) > most:
            return far
        before, row = row, new
    return min(row[-1], far)
