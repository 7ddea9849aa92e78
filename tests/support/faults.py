"""What the app promises when something breaks. A test that proves it is marked: `@pytest.mark.fault(4)`.

`scripts/faults.py` makes a page of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What breaks, and what is promised then."""

    text: str
    promise: str


FAULTS: dict[int, Fault] = {
    1: Fault("The training worker is killed (`kill -9`)",
             "Within 10 s the run is “crashed: killed (signal 9)”, or “process gone” where its server is gone, too. "
             "Its metrics are kept, and Resume is offered."),
    2: Fault("Memory runs out",
             "The run ends and says so, with what training needs and the limit; a server beside it goes on."),
    3: Fault("The disk is full",
             "The run ends with “disk full”. Its last checkpoint and the store are whole, and it can be resumed."),
    4: Fault("A writer hangs and holds the store",
             "Pages are still read. The worker keeps its metrics, asks again and then says how long it waited. Nothing "
             "is lost."),
    5: Fault("The web server is killed and started again",
             "The run goes on and is found again, with everything it recorded."),
    6: Fault("The machine is restarted: worker and server are gone",
             "The run is “interrupted” and resumes from its last checkpoint. Each time it gets further."),
    7: Fault("A page is reloaded, opened in a second tab, left and returned to",
             "The same run with the same charts; none is started."),
    8: Fault("Train is clicked twice, or in two tabs at once", "One run."),
    9: Fault("The clock jumps by an hour, forward and back", "No run is taken for dead, and none for hung."),
    10: Fault("The loss is no longer a number",
              "The run ends with “diverged at step N”; the last checkpoint holds finite weights."),
    11: Fault("A checkpoint is damaged", "Its checksum tells. The one before is used, and the run says so."),
    12: Fault("The worker is killed while it writes a checkpoint", "The old checkpoint or the new one, never a part."),
    13: Fault("The worker hangs", "After 30 s the run says “not responding”; Stop ends it."),
    14: Fault("The worker's process id is given to another program",
              "That program is never taken for the worker, nor ended: its time of start tells."),
    15: Fault("Two servers have one store; eight processes open a new one", "No error, and no run starts twice."),
    16: Fault("25 times, a process is killed while it writes metrics", "The store is whole each time."),
    17: Fault("A node of the Ray cluster is lost, or its head",
              "The run says “lost node” and is started again, once, from its last checkpoint. Without the head, runs "
              "are kept and the cluster is said to be unreachable."),
    18: Fault("PostgreSQL is gone for 30 s",
              "The worker trains on, keeps its metrics on the disk, and adds each of them exactly once."),
    19: Fault("The prediction service is killed while somebody draws", "The next stroke is answered."),
    20: Fault("A run is stopped in the middle of an epoch, then resumed",
              "It ends with the same weights, bit by bit, as a run of the same seed that was left alone."),
}  # fmt: skip
"""By its number; numbers stay."""
