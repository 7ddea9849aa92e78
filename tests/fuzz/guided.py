"""Inputs changed to reach lines of ours not reached before: `python -m tests.fuzz.guided [SECONDS] [TARGET…]`.

The changes are atheris' (libFuzzer's), which sees which lines each input reaches; `python -m tests.fuzz` changes by
rules instead. atheris runs on Linux and macOS and is not among the requirements: `pip install atheris`. Each target has
a process of its own; one that dies is a finding and is started again.
"""

import re
import subprocess
import sys
import tempfile
import time
import traceback
from importlib.util import find_spec
from pathlib import Path

LONGEST = 20_000
"""Bytes of an input."""
PART = 120.0
"""Seconds that a process runs."""
_DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)
_STEP = re.compile(r"^#(\d+)\t.*? cov: (\d+)", re.MULTILINE)


def fuzz(name: str, seconds: str, folder: Path) -> None:
    """Read inputs for one target until the time is over. It does not return: libFuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["cnn_builder"]):
        from tests.support.fuzz_targets import TARGETS
        from tests.support.fuzzing import check

    target, corpus, seen = TARGETS[name], folder / "corpus", set()
    corpus.mkdir(exist_ok=True)
    for number, content in enumerate(target.seeds()):
        check(target, content)
        (corpus / f"seed-{number}").write_bytes(content)

    def once(content: bytes) -> None:
        try:
            check(target, content)
        except Exception as error:
            place = [line.strip() for line in traceback.format_exc().splitlines() if "cnn_builder/" in line][-1:]
            finding = f"{name}: {' '.join(place)} {type(error).__name__}: {error!s:.200}"
            if (kind := (type(error).__name__, *place)) not in seen:
                seen.add(kind)
                file = folder / f"found-{time.time_ns()}"
                file.write_bytes(content)
                print(f"FOUND ({file.name}) {finding!r}", flush=True)

    options = [
        "guided", str(corpus), f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-rss_limit_mb=2500", "-timeout=25",
        f"-artifact_prefix={folder}/",
    ]  # fmt: skip
    atheris.Setup(options, once)
    atheris.Fuzz()


def _run(name: str, seconds: float, folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.fuzz.guided", "--one", name, str(max(1, int(seconds))), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


def main(arguments: list[str]) -> int:
    """Go round the targets until the time is over; each keeps the inputs that reached something new."""
    if find_spec("atheris") is None:
        print("This needs atheris: pip install atheris (Linux and macOS). `python -m tests.fuzz` does without.")
        return 2
    if arguments[:1] == ["--one"]:
        fuzz(arguments[1], arguments[2], Path(arguments[3]))
    from tests.support.fuzz_targets import TARGETS

    seconds, names = float(arguments[0]) if arguments else 3600.0, arguments[1:] or list(TARGETS)
    kept = Path(tempfile.mkdtemp(prefix="guided-"))
    print(f"Inputs of findings are kept in {kept}.", flush=True)
    rounds = max(1, round(seconds / PART / len(names)))
    totals, covered, findings = dict.fromkeys(names, 0), dict.fromkeys(names, 0), 0
    for _ in range(rounds):
        for name in names:
            folder = kept / name.replace(" ", "-").replace(".", "")
            folder.mkdir(exist_ok=True)
            until = time.monotonic() + seconds / rounds / len(names)
            while (left := until - time.monotonic()) > 1:  # a process that dies is started again
                done = _run(name, left, folder)
                steps, ended = _STEP.findall(done.stderr), _DONE.search(done.stderr)
                totals[name] += int(ended[1]) if ended else int(steps[-1][0]) if steps else 0
                covered[name] = max([covered[name], *(int(cov) for _, cov in steps)])
                found = re.findall(r"^FOUND .*", done.stdout, re.MULTILINE)
                if not ended:
                    found.append(f"FOUND {name}: it ended with code {done.returncode}: {done.stderr[-300:]!r}")
                findings += len(found)
                if found:
                    print("\n".join(found), flush=True)
    for name in names:
        print(f"{name}: {totals[name]:,} inputs, {covered[name]:,} branches of ours reached")
    print(f"{findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
