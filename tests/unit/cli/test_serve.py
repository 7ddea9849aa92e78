"""`run`, or `serve`, finds the app's script, and says when a port is taken."""

import socket
from pathlib import Path

from cnn_builder.cli import main
from cnn_builder.cli.serve import app_script, free_port
from tests.support.command_line import run
from tests.support.paths import APP


def test_a_checkout_runs_the_script_beside_the_package() -> None:
    assert app_script() == APP


def test_an_installed_package_runs_its_own(tmp_path: Path) -> None:
    script = tmp_path / "cnn_builder" / "web" / "app.py"
    script.parent.mkdir(parents=True)
    script.touch()
    (tmp_path / "app.py").touch()  # of somebody else
    assert app_script(tmp_path / "cnn_builder") == script


def test_a_taken_port_is_an_error_of_one_line() -> None:
    with socket.socket() as other:
        other.bind(("localhost", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("serve", "--port", str(port))
        assert free_port(port) != port
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: Port {port} is in use") and result.stderr.count("\n") == 1


def test_a_port_that_cannot_be_is_wrong_usage() -> None:
    assert run("serve", "--port", "70000").exit_code == 2


def test_run_is_the_same_command() -> None:
    assert main.commands["run"] is main.commands["serve"]
