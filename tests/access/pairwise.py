"""A small covering selection: of several things that vary, every two values meet in some row. The same rows every time."""

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations, product

Row = tuple[Hashable, ...]


def covering(values: Sequence[Sequence[Hashable]], is_possible: Callable[[Row], bool] = lambda row: True) -> list[Row]:
    """Rows in which every two values of different columns meet at least once, wherever a possible row has both.

    The first two columns, the longest, are multiplied out; the others take what covers most that is not covered yet.
    """
    columns = range(len(values))
    open_pairs = {
        (one, first, other, second)
        for one, other in combinations(columns, 2)
        for first in values[one]
        for second in values[other]
    }
    rows: list[Row] = []

    def newly(row: Sequence[Hashable], column: int) -> int:
        return sum((at, row[at], column, row[column]) in open_pairs for at in range(column))

    def take(row: Row) -> None:
        rows.append(row)
        open_pairs.difference_update((one, row[one], other, row[other]) for one, other in combinations(columns, 2))

    for first in values[0]:
        for second in values[1]:
            filled = [(first, second)]
            for column in columns[2:]:
                filled = [(*row, value) for row in filled for value in values[column]]
            possible = [row for row in filled if is_possible(row)]
            if possible:
                take(max(possible, key=lambda row: sum(newly(row, column) for column in columns)))
    for one, first, other, second in sorted(open_pairs, key=str):
        if (one, first, other, second) not in open_pairs:
            continue
        rest = [[first] if at == one else [second] if at == other else list(values[at]) for at in columns]
        found = next((row for row in product(*rest) if is_possible(row)), None)
        if found is not None:
            take(found)
    return rows
