"""The store's tables."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

VERSION = 6

metadata = MetaData()

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("name", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text),
    Column("control", String(32)),
    Column("request", String(64), nullable=False),  # digest of what would be trained: finds an identical request
    Column("key", String(200), unique=True),  # given by the caller: the same click makes one run
    Column("dataset", String(64), nullable=False),
    Column("architecture", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("total_params", BigInteger, nullable=False),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Column("step", Integer, nullable=False, default=0),
    Column("total_steps", Integer),
    Column("epoch", Integer, nullable=False, default=0),
    Column("beats", Integer, nullable=False, default=0),  # a counter, not a time: clocks jump
    Column("pid", Integer),
    Column("pid_started", Float),
    Column("boot", String(64)),
    Column("best_epoch", Integer),
    Column("test_loss", Float),
    Column("test_accuracy", Float),
    Column("seconds", Float),
    Column("evaluation", Text),
    # Since version 2. A column with a default here is added to the stores of before.
    Column("notes", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default="[]"),
    Column("ticket", Integer, nullable=False, server_default="0"),  # the queue's order; those of before come first
    Column("cut", Integer, nullable=False, server_default="0"),
    Column("asked_rate", Float),
    Column("asked_rates", Integer, nullable=False, server_default="0"),  # a counter: the same rate may be asked twice
    # Since version 3.
    Column("drawings", Text),  # how many of the user's own it took with it
    Column("imported", Text),  # where the model comes from, of a run that was not trained here
    # Since version 5.
    Column("device", Text),  # what trained it, as the worker says
    # Since version 6.
    Column("owner", String(32)),  # who it belongs to; null: whoever runs the machine
)
runs_by_status = Index("runs_by_status", runs.c.status, runs.c.run_id)
runs_by_owner = Index("runs_by_owner", runs.c.owner, runs.c.run_id)

metrics = Table(
    "metrics",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("epoch", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("loss", Float),
    Column("accuracy", Float),
    Column("val_loss", Float),
    Column("val_accuracy", Float),
    Column("seconds", Float),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("value", Float),
    Column("text", Text, nullable=False),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)

drawings = Table(
    "drawings",
    metadata,
    Column("run_id", String(26), primary_key=True),
    Column("content", LargeBinary, nullable=False),  # apart from the runs, which are listed often
)

# Since version 4.
sweeps = Table(
    "sweeps",
    metadata,
    Column("sweep_id", String(26), primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", String(200), unique=True),
    Column("created", Float, nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("architecture", Text, nullable=False),  # the network it starts from
    Column("settings", Text, nullable=False),
    Column("search", String(16), nullable=False),
    Column("minutes", Float),
    Column("plan", Text, nullable=False),
    Column("over_budget", Integer, nullable=False),
    Column("unfit", Integer, nullable=False),
    Column("owner", String(32)),  # since version 6
)

sweep_runs = Table(
    "sweep_runs",
    metadata,
    Column("sweep_id", String(26), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("run_id", String(26), nullable=False),
    Column("changes", Text, nullable=False),  # path -> value
    Column("total_params", BigInteger, nullable=False),
    Column("total_macs", BigInteger, nullable=False),
    Column("stopped", Text),  # why the sweep stopped it
)
sweep_runs_by_run = Index("sweep_runs_by_run", sweep_runs.c.run_id)

# Since version 6.
owners = Table(
    "owners",
    metadata,
    Column("owner", String(32), primary_key=True),  # "" for whoever runs the machine
    Column("email", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False, server_default=""),
    Column("seen", Float),  # when they last signed in
    Column("turn", Integer, nullable=False, server_default="0"),  # a counter: when a run of theirs was last started
    Column("day", String(10), nullable=False, server_default=""),
    Column("seconds", Float, nullable=False, server_default="0"),  # trained that day by runs that were deleted since
)

shares = Table(
    "shares",
    metadata,
    Column("token", String(64), primary_key=True),  # nobody can guess it: whoever has it sees the run
    Column("run_id", String(26), nullable=False, unique=True),
    Column("owner", String(32)),
    Column("created", Float, nullable=False),
)

versions = Table(
    "store_version",
    metadata,
    Column("version", Integer, nullable=False),
)
"""Where the database has no place of its own for it, as SQLite has."""

TABLES = (runs, metrics, events, drawings, sweeps, sweep_runs, owners, shares)
INDEXES = (runs_by_status, runs_by_owner, sweep_runs_by_run)
