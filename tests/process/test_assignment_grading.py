"""An assignment from its making to its grade, with real training; and submissions that cheat."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

NETWORK = {
    "input_shape": [28, 28, 1],
    "layers": [
        {"type": "AveragePooling2D", "pool_size": 4},
        {"type": "Flatten"},
        {"type": "Dense", "units": 32, "activation": "relu"},
        {"type": "Dense", "units": 10, "activation": "softmax"},
    ],
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cnn_builder", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)


def test_made_solved_handed_in_and_graded(tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text(json.dumps(NETWORK), "utf-8")
    pack, net, csv = str(tmp_path / "pack.json"), str(tmp_path / "net.json"), tmp_path / "grades.csv"
    made = run(
        *("assignment", "new", "--name", "Digits", "--dataset", "digits", "--network", net, "--lock", "4"),
        *("--max-params", "2000", "--max-epochs", "4", "--goal", "0.6", "--held-out", "100", "-o", pack),
    )
    assert made.returncode == 0, made.stderr
    trained = run(
        *("train", net, "--dataset", "digits", "--epochs", "4", "--learning-rate", "0.01"),
        *("--test-limit", "260", "--json"),
    )
    run_id = json.loads(trained.stdout.splitlines()[-1])["run_id"]
    honest = str(tmp_path / "ada.json")
    handed = run("assignment", "submit", pack, run_id, "--student", "Ada", "-o", honest)
    assert handed.returncode == 0 and "Would not pass" not in handed.stderr

    content = json.loads(Path(honest).read_text("utf-8"))
    cheats = {"tests.json": {"settings": {**content["settings"], "test_limit": None}}}
    wider = {**NETWORK, "layers": [*NETWORK["layers"][:2], {"type": "Dense", "units": 64}, NETWORK["layers"][3]]}
    locked = {**NETWORK, "layers": [*NETWORK["layers"][:3], {"type": "Dense", "units": 10}]}
    cheats |= {"wide.json": {"architecture": wider}, "locked.json": {"architecture": locked}}
    for name, change in cheats.items():
        (tmp_path / name).write_text(json.dumps({**content, **change}), "utf-8")

    files = [honest, *(str(tmp_path / name) for name in cheats), str(tmp_path / "none.json")]
    done = run("assignment", "grade", pack, *files, "--csv", str(csv), "--json")
    grades = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1 and "none.json" in done.stderr  # the unreadable one is told, the others are graded
    assert [grade["codes"] for grade in grades] == [[], ["test_images"], ["params"], ["locked"]]
    assert [grade["passed"] for grade in grades] == [True, False, False, False]
    assert grades[0]["test_accuracy"] >= 0.6 and grades[0]["run_id"] != run_id
    assert all(grade["test_accuracy"] is None for grade in grades[1:])
    assert len(csv.read_text("utf-8").splitlines()) == 5
