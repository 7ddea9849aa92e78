"""The variables of the environment that are settings: their parsing, defaults and documentation, in one table."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cnn_builder.limits import (
    IMPORT_LIMIT_MB,
    QUOTA_ACTIVE_RUNS,
    QUOTA_DISK_MB,
    QUOTA_MINUTES,
    QUOTA_QUEUED_RUNS,
    STREAM_OVER_MB,
)

METRICS = ("local", "open")
LAUNCHERS = ("local", "ray")
_OWNER = re.compile(r"[0-9a-f]{32}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True)
class Option:
    """One variable. `parse` raises ValueError for a text that is not `expected`."""

    variable: str
    field: str
    kind: str
    parse: Callable[[str], Any]
    expected: str
    default: str
    help: str


def folder_path(text: str) -> Path:
    """A folder, from where this process works, with ``~`` for the home folder. Raises RuntimeError without one."""
    return Path(os.path.abspath(Path(text).expanduser()))


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not low <= (value := int(text)) <= high:
            raise ValueError(text)
        return value

    return parse


def _choice(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return parse


def _flag(text: str) -> bool:
    values = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in values:
        raise ValueError(text)
    return values[text.lower()]


def owner_text(text: str) -> str:
    """The text, where it is a person's id. Raises ValueError."""
    if not _OWNER.fullmatch(text):
        raise ValueError(text)
    return text


def _ray_address(text: str) -> str:
    host, _, port = text.removeprefix("ray://").rpartition(":")
    if not host or not (port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(text)
    return text


def _addresses(text: str) -> str:
    found = [one.strip().lower() for one in text.split(",") if one.strip()]
    if any("@" not in one.strip("@") for one in found):
        raise ValueError(text)
    return ",".join(found)


def _store_url(text: str) -> str:
    from sqlalchemy.engine import make_url  # here, not above: most commands need no database
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError(text) from error
    if text.startswith("postgresql+psycopg://"):
        if not url.database:
            raise ValueError(text)
        return text
    # What follows a "?" is options: a file's name with one in it would be cut off there, and another file opened.
    cut = "?" in text and not url.query
    if not text.startswith("sqlite:///") or url.database in (None, "", ":memory:") or cut:
        raise ValueError(text)
    return text


def _artifacts_url(text: str) -> str:
    """A folder's or a bucket's URL, without what is secret: keys are in variables of their own."""
    if "://" not in text:
        return folder_path(text).as_uri()
    parts = urlsplit(text)
    path = unquote(parts.path)
    known = parts.scheme == "file" and not parts.netloc and path.startswith("/")
    known |= parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc) is not None and "//" not in path
    if not known or parts.query or parts.fragment:
        raise ValueError(text)
    return text.rstrip("/")


OPTIONS: tuple[Option, ...] = (
    Option(
        "CNN_BUILDER_HOME",
        "home",
        "folder",
        folder_path,
        "a folder",
        "~/.cnn_builder",
        "where runs, documents and downloads are kept (a local disk)",
    ),
    Option(
        "CNN_BUILDER_DATA",
        "data",
        "folder",
        folder_path,
        "a folder",
        "",
        "a folder with mnist.npz, fashion_mnist.npz or cifar10.npz, looked at before any download",
    ),
    Option(
        "CNN_BUILDER_STORE",
        "store",
        "URL",
        _store_url,
        "sqlite:///FILE (with %3F for a ? in its name) or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE",
        "sqlite:///<home>/runs.sqlite",
        "the database of runs: a file on a local disk, or PostgreSQL (docs/cluster.md)",
    ),
    Option(
        "CNN_BUILDER_ARTIFACTS",
        "artifacts",
        "URL",
        _artifacts_url,
        "a folder, file:///FOLDER or s3://BUCKET/PREFIX, with the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        "",
        "where models, checkpoints, evaluations and data sets of your own are kept for all machines (docs/cluster.md)",
    ),
    Option(
        "CNN_BUILDER_LAUNCHER",
        "launcher",
        "choice",
        _choice(*LAUNCHERS),
        " or ".join(LAUNCHERS),
        "local",
        "where training runs: local starts processes on this machine, ray on a cluster (docs/cluster.md)",
    ),
    Option(
        "CNN_BUILDER_RAY_ADDRESS",
        "ray_address",
        "address",
        _ray_address,
        "HOST:PORT of the cluster's head, or ray://HOST:PORT of its client server",
        "127.0.0.1:6379",
        "the Ray cluster's head",
    ),
    Option(
        "CNN_BUILDER_RAY_CPUS",
        "ray_cpus",
        "number",
        _whole(1, 256),
        "a whole number from 1 to 256",
        "1",
        "processors that a run asks of the Ray cluster",
    ),
    Option(
        "CNN_BUILDER_RAY_GPUS",
        "ray_gpus",
        "number",
        _whole(0, 64),
        "a whole number from 0 to 64",
        "0",
        "GPUs that a run asks of the Ray cluster",
    ),
    Option(
        "CNN_BUILDER_MAX_ACTIVE_RUNS",
        "max_active_runs",
        "number",
        _whole(1, 64),
        "a whole number from 1 to 64",
        "1",
        "how many runs train at once; the others wait",
    ),
    Option(
        "CNN_BUILDER_STANDBY",
        "standby",
        "yes/no",
        _flag,
        "true or false",
        "true",
        "keep one worker ready, so that a run starts at once (0.4 GB of memory)",
    ),
    Option(
        "CNN_BUILDER_CALIBRATE",
        "calibrate",
        "yes/no",
        _flag,
        "true or false",
        "true",
        "measure this machine for the forecast when no run trains (15 seconds, once); otherwise only in Costs",
    ),
    Option(
        "CNN_BUILDER_LAYER_STATISTICS",
        "layer_statistics",
        "yes/no",
        _flag,
        "true or false",
        "true",
        "keep histograms of weights, gradients and activations after the epochs of a run (about 2 % of its time)",
    ),
    Option(
        "CNN_BUILDER_METRICS",
        "metrics",
        "choice",
        _choice(*METRICS),
        " or ".join(METRICS),
        "local",
        "whom the server tells its metrics at /metrics: local is programs on this machine, open is everybody",
    ),
    Option(
        "CNN_BUILDER_MEMORY_LIMIT_MB",
        "memory_limit_mb",
        "number",
        _whole(64, 16_777_216),
        "a whole number of megabytes, at least 64",
        "half of this machine's",
        "a run whose estimate is above this is refused",
    ),
    Option(
        "CNN_BUILDER_IMPORT_LIMIT_MB",
        "import_limit_mb",
        "number",
        _whole(1, 1_000_000),
        "a whole number of megabytes, at least 1",
        str(IMPORT_LIMIT_MB),
        "a data set that is larger than this, as a file or unpacked, is not imported",
    ),
    Option(
        "CNN_BUILDER_STREAM_OVER_MB",
        "stream_over_mb",
        "number",
        _whole(0, 1_000_000),
        "a whole number of megabytes",
        str(STREAM_OVER_MB),
        "a data set of your own with more images than this is read from the disk batch by batch, not held in memory",
    ),
    Option(
        "CNN_BUILDER_SIGN_IN",
        "sign_in",
        "yes/no",
        _flag,
        "true or false",
        "false",
        "people sign in first, and each has runs, data sets and networks of their own (docs/accounts.md)",
    ),
    Option(
        "CNN_BUILDER_ADMINS",
        "admins",
        "e-mail addresses",
        _addresses,
        "e-mail addresses with commas between them",
        "",
        "who sees the runs of everybody, with CNN_BUILDER_SIGN_IN",
    ),
    Option(
        "CNN_BUILDER_OWNER",
        "owner",
        "id",
        owner_text,
        "the id of somebody who has signed in, 32 letters and digits as the command `owners` lists them",
        "",
        "commands see and make only what belongs to this person; without it they see everything",
    ),
    Option(
        "CNN_BUILDER_QUOTA_ACTIVE_RUNS",
        "quota_active_runs",
        "number",
        _whole(0, 64),
        "a whole number from 0, for no limit, to 64",
        str(QUOTA_ACTIVE_RUNS),
        "how many runs of one person who signed in train at once",
    ),
    Option(
        "CNN_BUILDER_QUOTA_QUEUED_RUNS",
        "quota_queued_runs",
        "number",
        _whole(0, 100_000),
        "a whole number from 0, for no limit, to 100,000",
        str(QUOTA_QUEUED_RUNS),
        "how many runs of one person who signed in wait at once",
    ),
    Option(
        "CNN_BUILDER_QUOTA_MINUTES",
        "quota_minutes",
        "number",
        _whole(0, 100_000),
        "a whole number of minutes from 0, for no limit, to 100,000",
        str(QUOTA_MINUTES),
        "how many minutes a day (UTC) the runs of one person who signed in train together",
    ),
    Option(
        "CNN_BUILDER_QUOTA_DISK_MB",
        "quota_disk_mb",
        "number",
        _whole(0, 100_000_000),
        "a whole number of megabytes from 0, for no limit",
        str(QUOTA_DISK_MB),
        "how much the runs, data sets and networks of one person who signed in may take on the disk",
    ),
)
