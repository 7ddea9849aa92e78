"""Dockerfile, compose file, systemd's unit and nginx's configuration, as far as they can be checked without those."""

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import PurePosixPath

import click
import pytest
import yaml
from packaging.specifiers import SpecifierSet
from sqlalchemy.engine import make_url

from cnn_builder.cli import main
from cnn_builder.options import OPTIONS
from cnn_builder.settings import Settings
from tests.support.empty_environment import WHEEL
from tests.support.paths import ROOT

VARIABLES = {option.variable for option in OPTIONS}
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text("utf-8"))
STEPS = [tuple(line.split(None, 1)) for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
UNIT = (ROOT / "deploy" / "cnn-builder.service").read_text("utf-8")
NGINX = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")


def steps(name: str) -> list[str]:
    return [text for step, text in STEPS if step == name]


def copied() -> list[tuple[str, str]]:
    """What is copied from the project, and where to."""
    pairs = []
    for text in steps("COPY"):
        if not text.startswith("--from"):
            *sources, target = text.split()
            pairs += [(source, target) for source in sources]
    return pairs


def ignored(path: str) -> bool:
    """As Docker reads .dockerignore: the last line that matches the path or a folder above it decides."""
    above = [str(one) for one in (PurePosixPath(path), *PurePosixPath(path).parents)][:-1]
    found = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#"):
            names = {pattern.lstrip("!"), pattern.lstrip("!").removeprefix("**/")}
            if any(fnmatch.fnmatchcase(one, name) for one in above for name in names):
                found = not pattern.startswith("!")
    return found


def options_fit(arguments: list[str]) -> click.Context:
    """The command line's own reading of its arguments; raises UsageError."""
    command = main.commands[arguments[0]]
    return command.make_context(arguments[0], arguments[1:])


def test_everything_that_is_copied_is_there_and_not_ignored() -> None:
    assert copied()
    for source, _ in copied():
        assert (ROOT / source).exists(), source
        assert not ignored(source), source
    assert ignored("tests/conftest.py") and ignored(".venv/bin/python") and ignored(".git/config")


def test_the_image_builds_the_wheel_from_all_it_is_made_of() -> None:
    """`test_installed` builds it of the same files, and finds nothing missing."""
    assert {source for source, _ in copied()} - {"constraints.txt"} == set(WHEEL)


def test_the_image_has_a_python_that_the_app_runs_on() -> None:
    (version,) = re.findall(r"ARG PYTHON=(\S+)", DOCKERFILE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert SpecifierSet(project["requires-python"]).contains(f"{version}.0")
    assert all("python:${PYTHON}" in line for line in steps("FROM"))


def test_the_container_is_not_roots_and_keeps_its_home_in_the_volume() -> None:
    assert steps("USER")[-1] not in ("root", "0")
    environment = dict(word.split("=", 1) for word in shlex.split(" ".join(steps("ENV"))))
    assert steps("VOLUME") == [environment["CNN_BUILDER_HOME"]]
    assert {name for name in environment if name.startswith("CNN_BUILDER_")} <= VARIABLES
    assert steps("EXPOSE") == [environment["PORT"]]


def test_the_container_starts_the_app_where_others_reach_it() -> None:
    (entry,), (given,) = steps("ENTRYPOINT"), steps("CMD")
    assert json.loads(entry) == ["cnn-builder"]
    assert options_fit(json.loads(given)).params["address"] == "0.0.0.0"


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/_stcore/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_the_health_check_tells_a_server_from_none() -> None:
    (check,) = steps("HEALTHCHECK")
    command = json.loads(check[check.index("[") :])
    assert command[0] == "python"
    with HTTPServer(("localhost", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = [sys.executable, *command[1:]]
        port = str(server.server_port)
        codes = [subprocess.run(asked, env={"PORT": port}, capture_output=True, check=False).returncode]
        server.shutdown()
    codes.append(subprocess.run(asked, env={"PORT": port}, capture_output=True, check=False).returncode)
    assert codes[0] == 0 and codes[1] != 0


def test_the_compose_file_gives_the_app_a_store_that_is_there() -> None:
    app, database = COMPOSE["services"]["app"], COMPOSE["services"]["db"]
    given = {name: re.sub(r"\$\{\w+:\?[^}]*\}", "secret", value) for name, value in app["environment"].items()}
    assert set(given) <= VARIABLES
    url = make_url(Settings.from_env(given).store_url)
    said = database["environment"]
    assert (url.username, url.host, url.database) == (said["POSTGRES_USER"], "db", said["POSTGRES_DB"])
    assert app["depends_on"]["db"]["condition"] == "service_healthy" and "healthcheck" in database
    (port,), (volume,) = app["ports"], app["volumes"]
    assert port == f"127.0.0.1:{steps('EXPOSE')[0]}:{steps('EXPOSE')[0]}"
    assert volume == f"home:{steps('VOLUME')[0]}" and set(COMPOSE["volumes"]) == {"home", "db"}


def test_the_cluster_of_the_compose_file_has_a_place_for_each_run_that_the_app_starts() -> None:
    services = yaml.safe_load((ROOT / "compose.ray.yaml").read_text("utf-8"))["services"]
    app, head, node = (services[name] for name in ("app", "head", "node"))
    own = {name: text for name, text in app["environment"].items() if name.startswith("CNN_BUILDER_")}
    assert set(own) <= VARIABLES
    settings = Settings.from_env(own)
    assert (settings.launcher, settings.ray_address) == ("ray", "head:6379")
    places = int(node["command"][-1].removeprefix("--num-cpus=")) // settings.ray_cpus * node["deploy"]["replicas"]
    assert settings.max_active_runs == places
    assert "--head" in head["command"] and "--port=6379" in head["command"] and "--num-cpus=0" in head["command"]
    for one in (app, head, node):
        assert one["environment"]["RAY_AUTH_MODE"] == "token" and "RAY_AUTH_TOKEN" in one["environment"]
    for one in (head, node):
        assert one["volumes"] == COMPOSE["services"]["app"]["volumes"] and "ports" not in one
    assert options_fit(app["command"]).params["address"] == "0.0.0.0"  # an entrypoint of one's own drops the image's


def unit(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def test_a_restart_of_the_service_ends_the_server_only() -> None:
    """Its workers are in its control group: `tests/process` shows that they go on when the server alone is ended."""
    assert unit("KillMode") == ["process"] and unit("OOMPolicy") == ["continue"]
    assert not unit("PrivateTmp") and not unit("DynamicUser") and unit("User") == ["cnn-builder"]
    (command,) = unit("ExecStart")
    program, *arguments = shlex.split(command)
    assert program.endswith("/bin/cnn-builder")
    assert options_fit(arguments).params["address"] == "localhost"
    environment = dict(word.split("=", 1) for line in unit("Environment") for word in shlex.split(line))
    assert {name for name in environment if name.startswith("CNN_BUILDER_")} <= VARIABLES
    assert environment["CNN_BUILDER_HOME"].startswith(f"/var/lib/{unit('StateDirectory')[0]}/")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this system has no systemd")
def test_systemd_understands_the_unit(tmp_path) -> None:
    program = shlex.split(unit("ExecStart")[0])[0]
    file = tmp_path / "cnn-builder.service"
    file.write_text(UNIT.replace(program, sys.executable), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_proxy_leads_to_the_service_and_takes_its_largest_file() -> None:
    port = options_fit(shlex.split(unit("ExecStart")[0])[1:]).params["port"]
    assert f"http://127.0.0.1:{port};" in NGINX
    largest = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["server"]["maxUploadSize"]
    (allowed,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(allowed) > largest
    assert NGINX.count("{") == NGINX.count("}")


def test_how_to_deploy_names_the_files() -> None:
    text = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    for name in ("Dockerfile", "compose.yaml", "compose.ray.yaml", "deploy/cnn-builder.service", "deploy/nginx.conf"):
        assert name in text
