"""Reads changed inputs for as long as wanted: `python -m tests.fuzz [SECONDS] [TARGET…]`, 3600 s without.

Each batch runs in a process of its own with the limits of the app's reader, so that a crash of a library or of the
memory is a finding like any other. Findings are printed once each, with the input in a file.
"""

import hashlib
import json
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cnn_builder.runs.model_import.reader import limit_process
from tests.support.fuzz_targets import TARGETS
from tests.support.fuzzing import check

BATCH = 200
SLOW_SECONDS = 10.0


def batch(name: str, number: int, folder: Path) -> None:
    """Read a batch of changed inputs; what is wrong is written to the folder. Runs in a process of its own."""
    limit_process()
    target, kept = TARGETS[name], folder / "input"
    ways = list(target.ways().values())
    told = {"count": 0, "read": 0, "slowest": 0.0, "wrong": ""}

    def once(content: bytes) -> None:
        kept.write_bytes(content)
        began = time.monotonic()
        message = check(target, content)
        took = time.monotonic() - began
        told.update(count=told["count"] + 1, read=told["read"] + (not message), slowest=max(told["slowest"], took))
        assert took < SLOW_SECONDS, f"took {took:.1f} s"

    options = settings(
        max_examples=BATCH, deadline=None, database=None, phases=[Phase.generate], print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    @seed(number)
    @options
    @given(st.data())
    def run(data: st.DataObject) -> None:
        once(data.draw(ways[number % len(ways)]))

    try:
        run()
    except BaseException:
        told["wrong"] = traceback.format_exc()
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def in_child(name: str, number: int, folder: Path) -> str:
    """Run a batch in a child; how it ended where that was by a signal."""
    child = os.fork()
    if child == 0:
        try:
            batch(name, number, folder)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else ""


def main(arguments: list[str]) -> int:
    """Go round the targets until the time is over."""
    seconds = float(arguments[0]) if arguments else 3600.0
    names = arguments[1:] or list(TARGETS)
    until, number = time.monotonic() + seconds, random.randrange(10**6)
    totals = {name: [0, 0, 0.0] for name in names}
    findings: dict[str, str] = {}
    kept = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for name in names:  # what reading imports is imported once, not in every child
        for content in TARGETS[name].seeds():
            check(TARGETS[name], content)
    print(f"Inputs of findings are kept in {kept}; the first seed is {number}.", flush=True)
    while time.monotonic() < until:
        number += 1
        for name in names:
            with tempfile.TemporaryDirectory() as around:
                folder = Path(around)
                died = in_child(name, number, folder)
                path = folder / "told.json"
                told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"wrong": died}
                total = totals[name]
                total[0] += told.get("count", 0)
                total[1] += told.get("read", 0)
                total[2] = max(total[2], told.get("slowest", 0.0))
                if told["wrong"]:
                    lines = told["wrong"].strip().splitlines()
                    place = [line.strip() for line in lines if "cnn_builder/" in line][-1:]
                    finding = f"{name}: {' '.join(place)} {lines[-1][:300]}"
                    if finding not in findings:
                        file = kept / hashlib.sha256(finding.encode()).hexdigest()[:10]
                        if (folder / "input").is_file():
                            file.write_bytes((folder / "input").read_bytes())
                        findings[finding] = file.name
                        print(f"FOUND (seed {number}, {file.name}) {finding}", flush=True)
    for name, (count, read, slowest) in totals.items():
        print(f"{name}: {count:,} inputs, {read:,} of them read, slowest {slowest:.2f} s")
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
