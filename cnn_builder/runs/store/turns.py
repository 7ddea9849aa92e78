"""Whose run is next: people take turns, so that nobody waits behind another's twenty runs."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

QueuedRun = tuple[str, str]
"""A run that waits: its id and its owner's, "" for whoever runs the machine."""


def fair_order(
    waiting: Iterable[QueuedRun],
    working: Sequence[str],
    turns: Mapping[str, int],
    each: int = 0,
    slots: int | None = None,
) -> list[str]:
    """The ids of the runs that wait, in the order in which they start.

    Next is always the oldest run of whoever has the fewest at work; of several, of whoever's turn is the longest ago.
    One person's runs start in their own order. What is at work ends in the order in which it was started, as far as
    anybody can know.

    Args:
        waiting: in the order in which they were queued.
        working: the owners of the runs at work, the one that started first before the others.
        turns: when somebody's run was last started, as a counter; 0 for never.
        each: how many runs of one person work at once, 0 for no limit; whoever runs the machine has none.
        slots: how many work at once; None: as many as now.
    """
    queues: dict[str, deque[str]] = defaultdict(deque)
    place: dict[str, int] = {}
    for number, (run_id, owner) in enumerate(waiting):
        queues[owner].append(run_id)
        place[run_id] = number
    at_work, slots = deque(working), slots or max(1, len(working))
    last, turn = dict(turns), max(turns.values(), default=0)
    ordered: list[str] = []
    while queues:
        if len(at_work) >= slots:
            at_work.popleft()
        busy = Counter(at_work)
        free = [owner for owner in queues if not each or not owner or busy[owner] < each]
        if not free:
            at_work.popleft()
            continue
        chosen = min(free, key=lambda owner: (busy[owner], last.get(owner, 0), place[queues[owner][0]]))
        ordered.append(queues[chosen].popleft())
        if not queues[chosen]:
            del queues[chosen]
        at_work.append(chosen)
        turn += 1
        last[chosen] = turn
    return ordered
