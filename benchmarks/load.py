"""How the app answers many people at once: thirds of them edit, watch a run and draw, while one training is under way.

    python -m benchmarks.load                                   1, 10, 30, 60 and 100 sessions, a minute each
    python -m benchmarks.load --sessions 30 --seconds 120       one row of the table
    python -m benchmarks.load --soak 60 --sessions 30           memory for an hour: soak.csv

Real websocket sessions of a real server, without browsers: from sending an action to the message that its rerun is
finished; for a metric from its row in the store to the message that carries it. What people do, and how often, is in
`benchmarks.people`. This program takes some of the machine's processors, too: its own share is in the table.
Exit code 1 when a goal for 30 sessions is missed.
"""

import argparse
import asyncio
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from benchmarks.page_session import PageSession
from benchmarks.people import Person, Tally, Written, arrivals, draw, edit, watch
from benchmarks.serving import ROOT, percentile, saved_stack, served
from cnn_builder.architecture import PRESETS
from cnn_builder.runs import RunSettings, Store
from cnn_builder.settings import Settings

LEVELS = (1, 10, 30, 60, 100)
GOALS_MS = {"edit": 250.0, "stroke": 300.0, "metric": 2000.0}
"""At 30 sessions on two cores with one training, the 95th percentile."""
LAYERS = 8
LOOK_S = 0.1
"""How often the store is asked for new rows: a metric's time may be short by as much."""
SETTLE_S = 8.0
KINDS = ("server", "training", "service")
_WORKER, _KINDS = "cnn_builder.engine.worker", {"train": "training", "service": "service"}


@dataclass
class Sample:
    """What the processes of the server take, at one moment: memory in bytes, processor time in seconds, by kind."""

    at: float
    memory: dict[str, int] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    client: float = 0.0
    threads: int = 0


def processes_of(server: psutil.Process) -> dict[str, psutil.Process]:
    """The server and the processes it has started, by kind."""
    found = {"server": server}
    for child in server.children(recursive=True):
        with suppress(psutil.Error):
            words = child.cmdline()
            if _WORKER in words:
                found[_KINDS.get(words[words.index(_WORKER) + 1], "other")] = child
    return {kind: process for kind, process in found.items() if kind in KINDS}


def sample(server: psutil.Process, start: float) -> Sample:
    """Look at the processes of the server."""
    own = psutil.Process().cpu_times()
    taken = Sample(time.monotonic() - start, client=own.user + own.system, threads=server.num_threads())
    for kind, process in processes_of(server).items():
        with suppress(psutil.Error):
            taken.memory[kind] = process.memory_info().rss
            times = process.cpu_times()
            taken.processor[kind] = times.user + times.system
    return taken


@contextmanager
def trained_home() -> Iterator[tuple[Path, str]]:
    """A home with one trained run, and the run's id."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "CNN_BUILDER_HOME": folder}
        command = [sys.executable, "-m", "cnn_builder", "train", "L2", "--dataset", "digits", "--epochs", "1", "--json"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        yield Path(folder), json.loads(done.stdout.splitlines()[-1])["run_id"]


async def look_at_rows(store: Store, written: Written) -> None:
    """Note when each new row of the run that trains is in the store."""
    while True:
        last = max(written.times, default=0)
        for seq in range(last + 1, store.last_seq(written.run_id) + 1):
            written.times[seq] = time.perf_counter()
        if len(written.times) > 10_000:
            written.times = dict(list(written.times.items())[-1_000:])
        await asyncio.sleep(LOOK_S)


@dataclass
class Stage:
    """A running server with a trained run to ask, and one that trains."""

    port: int
    home: Path
    store: Store
    trained: str
    written: Written
    process: psutil.Process

    def document_query(self) -> str:
        """The address of a stack to edit."""
        return f"doc={saved_stack(self.home, LAYERS)}"

    def people(self, count: int, pace: float, stay: float, tally: Tally) -> list[Person]:
        """So many people: the first edits, the second watches, the third draws, and so on."""
        made = []
        for number in range(count):
            rest = (self.port, pace, stay, tally)
            if number % 3 == 0:
                query = self.document_query()
                made.append(Person(*rest, "build", partial(str, query), edit))
            elif number % 3 == 1:
                told = arrivals(tally, self.written)
                made.append(Person(*rest, "train", lambda: f"run={self.written.run_id}", watch, told))
            else:
                made.append(Person(*rest, "draw", lambda: f"run={self.trained}", draw))
        return made


@contextmanager
def staged(home: Path, run_id: str) -> Iterator[Stage]:
    """A server on a copy of this home, with a training under way."""
    with served(patience=300) as (port, own):
        shutil.copytree(home, own, dirs_exist_ok=True)
        server = next(child for child in psutil.Process().children() if f"--server.port={port}" in child.cmdline())
        with Store.open(Settings(home=own)) as store:
            asyncio.run(_first_visit(port))
            training = store.create_run(PRESETS["L2"].architecture, "mnist_sample", RunSettings(epochs=10_000)).run_id
            end = time.monotonic() + 120
            while not store.last_seq(training):
                if time.monotonic() > end or not store.get(training).is_active:
                    raise RuntimeError(f"The training did not begin: {store.get(training).reason}.")
                time.sleep(0.2)
            try:
                yield Stage(port, own, store, run_id, Written(training), server)
            finally:
                store.request_stop(training)
                end = time.monotonic() + 60
                while store.get(training).is_active and time.monotonic() < end:
                    time.sleep(0.2)


async def _first_visit(port: int) -> None:
    """The first page of a server imports everything and starts what looks after the runs."""
    await (await PageSession.opened(port)).close()


async def crowd(stage: Stage, people: list[Person], seconds: float, every: float = 5.0) -> list[Sample]:
    """Have these people act for so long; what the processes took meanwhile."""
    start = time.monotonic()
    looking = asyncio.create_task(look_at_rows(stage.store, stage.written))
    living = [asyncio.create_task(person.live(start + seconds)) for person in people]
    samples = [sample(stage.process, start)]
    while time.monotonic() < start + seconds:
        await asyncio.sleep(min(every, max(0.0, start + seconds - time.monotonic())))
        samples.append(sample(stage.process, start))
    await asyncio.gather(*living)
    looking.cancel()
    return samples


def measure(stage: Stage, sessions: int, seconds: float, pace: float) -> dict[str, Any]:
    """One row of the table."""
    warm = Tally()
    asyncio.run(crowd(stage, stage.people(3, 1.0, 0, warm), SETTLE_S))
    before = sample(stage.process, 0)
    tally = Tally()
    samples = asyncio.run(crowd(stage, stage.people(sessions, pace, 0, tally), seconds))
    first, last = samples[len(samples) // 4], samples[-1]  # opening the pages is left out of the processor's share
    span = last.at - first.at
    share = {kind: (last.processor[kind] - first.processor.get(kind, 0.0)) / span for kind in last.processor}
    return {
        "sessions": sessions,
        "seconds": seconds,
        "pace": pace,
        "ms": {
            action: {"n": len(times), "p50": percentile(times, 0.5), "p95": percentile(times, 0.95)}
            for action, times in sorted(tally.times.items())
        },
        "errors": dict(tally.errors),
        "cores": {**share, "client": (last.client - first.client) / span},
        "memory_mb": {kind: size / 1e6 for kind, size in last.memory.items()},
        "mb_a_session": (last.memory["server"] - before.memory["server"]) / 1e6 / sessions,
        "kb_a_second": tally.bytes / 1000 / seconds,
        "threads": last.threads,
    }


def line(row: dict[str, Any]) -> str:
    """A row for people."""
    times = [
        f"{row['ms'][action]['p50']:.0f} / {row['ms'][action]['p95']:.0f}" if action in row["ms"] else "–"
        for action in ("edit", "stroke", "metric", "poll", "open")
    ]
    cores = " ".join(f"{row['cores'].get(kind, 0):5.2f}" for kind in ("server", "service", "training", "client"))
    memory = f"{row['memory_mb']['server']:6.0f} {row['mb_a_session']:7.2f}"
    return (
        f"{row['sessions']:8} "
        + " ".join(f"{text:>12}" for text in times)
        + f"  {cores} {memory}"
        + (f" {sum(row['errors'].values()):6}")
    )


HEAD = (
    "sessions         edit       stroke       metric         poll         open  server  asks train client"
    "   MB  MB/ses errors\n             p50/p95 ms …                                                       cores"
)


def table(levels: list[int], seconds: float, pace: float, output: Path | None) -> int:
    """Measure each level on a server of its own; the exit code."""
    rows, missed = [], []
    with trained_home() as (home, run_id):
        print(HEAD, flush=True)
        for sessions in levels:
            with staged(home, run_id) as stage:
                row = measure(stage, sessions, seconds, pace)
            rows.append(row)
            print(line(row), flush=True)
            for words, count in row["errors"].items():
                print(f"         {count} × {words}", flush=True)
            if sessions == 30:
                missed = [f"{name} {row['ms'][name]['p95']:.0f} ms, goal {most:.0f}"
                          for name, most in GOALS_MS.items() if row["ms"][name]["p95"] > most]  # fmt: skip
    if output is not None:
        output.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print("\n".join(["", *(f"missed: {words}" for words in missed)]) if missed else "\ngoals at 30 sessions: met")
    return int(bool(missed))


async def _soak(stage: Stage, people: list[Person], minutes: float, output: Path, tally: Tally) -> None:
    start = time.monotonic()
    until = start + 60 * minutes
    looking = asyncio.create_task(look_at_rows(stage.store, stage.written))
    living = [asyncio.create_task(person.live(until)) for person in people]
    with output.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["minute", *(f"{kind}_mb" for kind in KINDS), "threads", "actions", "errors"])
        while time.monotonic() < until:
            now = sample(stage.process, start)
            memory = [f"{now.memory[kind] / 1e6:.1f}" if kind in now.memory else "" for kind in KINDS]
            actions = sum(len(times) for times in tally.times.values())
            writer.writerow([f"{now.at / 60:.2f}", *memory, now.threads, actions, sum(tally.errors.values())])
            file.flush()
            await asyncio.sleep(min(15.0, max(0.1, until - time.monotonic())))
    looking.cancel()
    await asyncio.gather(*living)


def soak(sessions: int, minutes: float, pace: float, stay: float, output: Path) -> int:
    """Have people act for so long, leaving and coming back, and write down what memory it takes."""
    tally = Tally()
    with trained_home() as (home, run_id), staged(home, run_id) as stage:
        asyncio.run(_soak(stage, stage.people(sessions, pace, stay, tally), minutes, output, tally))
    with output.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    early, late = rows[len(rows) // 4], rows[-1]
    grown = float(late["server_mb"]) - float(early["server_mb"])
    print(f"{sessions} sessions, {minutes:g} minutes: the server {early['server_mb']} MB after a quarter of the time, "
          f"{late['server_mb']} MB at the end ({grown:+.1f} MB)")  # fmt: skip
    print(f"{late['actions']} actions, {late['errors']} errors; written to {output}")
    for words, count in tally.errors.items():
        print(f"  {count} × {words}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", default="", help="how many, several with commas")
    parser.add_argument("--seconds", type=float, default=60, help="for each number of sessions")
    parser.add_argument("--pace", type=float, default=4, help="seconds between a person's actions")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES", help="watch memory for so long")
    parser.add_argument("--stay", type=float, default=240, help="seconds until somebody comes back, in a soak")
    parser.add_argument("--output", type=Path, help="the table as JSON, or the soak's CSV")
    given = parser.parse_args()
    levels = [int(text) for text in given.sessions.split(",") if text]
    if given.soak:
        return soak((levels or [30])[0], given.soak, given.pace, given.stay, given.output or Path("soak.csv"))
    return table(levels or list(LEVELS), given.seconds, given.pace, given.output)


if __name__ == "__main__":
    sys.exit(main())
