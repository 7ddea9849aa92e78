"""Bad files that describe a network: one line on the command line, and nothing of them is run."""

import json
from pathlib import Path

import pytest

from tests.support.bad_networks import BadFile, bad_networks
from tests.support.command_line import run


@pytest.mark.parametrize("bad", bad_networks(), ids=lambda one: f"{one.line}: {one.words}")
def test_the_command_line_says_what_is_wrong(bad: BadFile, tmp_path: Path) -> None:
    path = tmp_path / bad.name
    path.write_bytes(bad.content)
    done = run("trace", str(path), "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    assert bad.said in done.stderr and len(done.stderr) < 1_000


def test_a_huge_layer_is_told_before_it_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_MEMORY_LIMIT_MB", "8000")
    layers = [{"type": "Flatten"}, {"type": "Dense", "units": 200_000_000}, {"type": "Dense", "units": 10}]
    path = tmp_path / "huge.json"
    path.write_text(json.dumps({"version": 1, "input_shape": [28, 28, 1], "layers": layers}), encoding="utf-8")
    done = run("train", str(path), "--dataset", "digits")
    assert done.exit_code == 1 and done.stderr.count("\n") == 1
    assert "GB" in done.stderr and "8.0 GB" in done.stderr
    assert run("runs", "--json").stdout.strip() in ("", "[]")
