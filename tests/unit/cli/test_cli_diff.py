"""`diff` and `presets` on the command line."""

import json
from pathlib import Path

from cnn_builder.architecture import PRESETS
from tests.support.command_line import run


def test_a_line_for_each_layer_and_the_totals() -> None:
    result = run("diff", "L1", "L2")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "L1 → L2"
    assert lines[1] == "~   1   1  Conv2D  padding: valid → same"
    assert lines[4].startswith("+       4  MaxPooling2D")
    assert lines[5] == "    4   5  Flatten"
    assert "  parameters  515,146 → 421,642  (−93,504)" in lines


def test_the_same_network_twice(tmp_path: Path) -> None:
    file = tmp_path / "copy.json"
    file.write_text(PRESETS["L1"].architecture.to_json(), encoding="utf-8")
    result = run("diff", "L1", str(file))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith("copy.json: the same network")
    assert json.loads(run("diff", "L1", str(file), "--json").stdout)["same"] is True


def test_json_is_one_object() -> None:
    data = json.loads(run("diff", "L1", "L3", "--json").stdout)
    assert data["after"]["error"].startswith("Layer 6 (Dense")
    assert [layer["change"] for layer in data["layers"]].count("added") == 2


def test_a_network_that_does_not_fit_is_said_to() -> None:
    assert "L3: Layer 6 (Dense" in run("diff", "L3", "L1").stdout


def test_what_cannot_be_read_is_one_line() -> None:
    result = run("diff", "L1", "nothing")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: nothing: expected a preset")
    assert result.stderr.count("\n") == 1
    assert run("diff", "L1").exit_code == 2


def test_every_preset_is_a_line_with_its_size_and_story() -> None:
    lines = run("presets").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS)
    for line, preset in zip(lines, PRESETS.values(), strict=True):
        assert "does not fit" in line if preset.name == "L3" else preset.story in line and " parameters. " in line
