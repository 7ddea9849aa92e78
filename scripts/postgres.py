"""A PostgreSQL server of one's own, on a private port: to try the cluster store, and for its tests.

    python -m scripts.postgres install             Debian's package, where there is none (as root, or with sudo)
    python -m scripts.postgres start FOLDER        makes a database in FOLDER, starts it, prints its URL
    python -m scripts.postgres stop FOLDER
    python -m scripts.postgres run COMMAND …       COMMAND with a server for its time; CNN_BUILDER_TEST_STORE is its URL

It listens on 127.0.0.1 only, asks for a random password, and is not Debian's own cluster on port 5432.
"""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.own_server import OwnServer, free_port

USER, DATABASE = "cnn_builder", "cnn_builder"
STORE, FOLDER = "CNN_BUILDER_TEST_STORE", "CNN_BUILDER_TEST_POSTGRES"
"""Variables that `run` sets: the URL, and the server's folder, to stop and start it on the way."""


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, of the newest version that is installed; None where there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")]
    on_path = shutil.which("pg_ctl")
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    return Path(os.path.realpath(on_path)).parent if on_path else None


def install() -> None:
    """Install Debian's package where there is no PostgreSQL."""
    if programs() is not None:
        return
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    # Its script would make and start a cluster on port 5432, which nobody asked for.
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    packages = ["postgresql-common"], ["postgresql"]
    subprocess.run([*as_root, "apt-get", "update", "-q"], check=False, stdout=sys.stderr)
    for package in packages:
        command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *package]
        subprocess.run([*as_root, *quiet, *command], check=True, stdout=sys.stderr)
        config = Path("/etc/postgresql-common/createcluster.conf")
        if package == ["postgresql-common"] and config.is_file():
            change = ["sed", "-i", "s/^#*create_main_cluster.*/create_main_cluster = false/", str(config)]
            subprocess.run([*as_root, *change], check=True)


def start(folder: Path) -> str:
    """Start the server of a folder, making it on first use; the URL of its database."""
    folder = folder.absolute()
    data, secret = folder / "data", folder / "password"
    first = not (data / "PG_VERSION").is_file()
    if first:
        folder.mkdir(parents=True, exist_ok=True)
        secret.write_text(secrets.token_urlsafe(24))
        (folder / "port").write_text(str(free_port()))
        _hand_over(folder)
        options = ["--encoding=UTF8", "--locale=C.UTF-8", f"--username={USER}", f"--pwfile={secret}"]
        _pg("initdb", "-D", str(data), "--auth=scram-sha-256", *options)
        secret.chmod(0o600)
    port = (folder / "port").read_text()
    options_text = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    _pg("pg_ctl", "-D", str(data), "-l", str(folder / "server.log"), "-w", "-t", "60", "-o", options_text, "start")
    password = secret.read_text()
    server = f"{USER}:{password}@127.0.0.1:{port}"
    if first:
        _pg("createdb", "-h", "127.0.0.1", "-p", port, "-U", USER, DATABASE, PGPASSWORD=password)
    return f"postgresql+psycopg://{server}/{DATABASE}"


def stop(folder: Path, mode: str = "fast") -> None:
    """Stop the server of a folder; mode "immediate" as a crash would."""
    _pg("pg_ctl", "-D", str(folder.absolute() / "data"), "-m", mode, "-w", "stop")


def _pg(program: str, *arguments: str, **environment: str) -> None:
    """Run one of PostgreSQL's programs; as root, which it refuses, as the user postgres."""
    place = programs()
    if place is None:
        raise SystemExit("PostgreSQL is not installed. Install it: python -m scripts.postgres install")
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # The server is nobody's worker, and must not hold a pipe of ours open after pg_ctl has ended.
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("CNN_BUILDER_", "PG"))}
    done = subprocess.run(
        [*other, str(place / program), *arguments], env={**ours, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=sys.stderr, cwd="/", check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{program} failed with exit code {done.returncode}.")


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "postgres", "postgres")


def main(arguments: list[str]) -> int:
    """The command line above."""
    if arguments == ["install"]:
        install()
        return 0
    server = OwnServer(
        __doc__ or "",
        "cnn-builder-postgres-",
        lambda folder: {STORE: start(folder), FOLDER: str(folder)},
        stop,
        told=lambda variables: variables[STORE],
        end=lambda folder: stop(folder, "immediate"),
    )
    return server.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
