"""`assignment`: make one, check a network against it, hand in a run, grade submissions."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnn_builder.cli.errors import tell_error

if TYPE_CHECKING:
    from cnn_builder.learn.assignments import AssignmentPack, Submission
    from cnn_builder.learn.assignments.grading import Grade


@click.group()
def assignment() -> None:
    """Make an assignment, check a network against it, hand in a run, grade submissions.

    PACK: an assignment's file, or mnist-10k, the one that comes with the app.
    """


@assignment.command("new")
@click.option("--name", required=True, help="What the assignment is called.")
@click.option("--dataset", required=True, metavar="NAME")
@click.option("--network", required=True, metavar="SPEC", help="The network to start from.")
@click.option("--lock", "locked", default="", metavar="1,2,…", help="Its layers that must stay, counted from 1.")
@click.option("--max-params", type=int, metavar="N")
@click.option("--max-macs", type=int, metavar="N", help="Multiply-accumulate operations for one image.")
@click.option("--max-epochs", type=int, metavar="N")
@click.option("--max-seconds", type=int, metavar="N", help="Of the grading run's training.")
@click.option("--goal", required=True, type=float, metavar="SHARE", help="Test accuracy to reach, such as 0.994.")
@click.option("--held-out", type=int, metavar="N", help="Last test images kept for grading [default: half of them].")
@click.option("--text", default="", help="What students read.")
@click.option("--deadline", metavar="TIME", help="ISO 8601 with a zone, such as 2026-12-24T18:00:00+01:00.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="PACK")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def new(network: str, locked: str, output: Path, as_json: bool, **values: Any) -> None:
    """Make an assignment's file and print the part of its link."""
    from cnn_builder.cli.spec import read_spec
    from cnn_builder.data import describe
    from cnn_builder.learn.assignments import AssignmentPack

    places = [part.strip() for part in locked.split(",") if part.strip()]
    if not all(part.isdigit() and int(part) > 0 for part in places):
        raise click.ClickException(f"--lock: expected layers counted from 1, such as 1,2; received {locked!r}.")
    info = describe(values["dataset"])
    values["held_out"] = info.test_size // 2 if values["held_out"] is None else values["held_out"]
    data = {
        "version": 1, **values, "locked": [int(part) - 1 for part in places],
        "architecture": read_spec(network).to_dict(),
    }  # fmt: skip
    pack = AssignmentPack.from_json(json.dumps(data))
    output.write_text(pack.to_json(), encoding="utf-8")
    address = f"learn?assignment={pack.to_link()}"
    if as_json:
        click.echo(json.dumps({"file": str(output), "id": pack.pack_id, "link": address}))
    else:
        click.echo(f"{output}: {pack.name}, id {pack.pack_id}\nLink: {address}")


@assignment.command("check")
@click.argument("pack")
@click.argument("spec")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_network(pack: str, spec: str, as_json: bool) -> None:
    """Check SPEC against the budgets and the locked layers of PACK, at once and without training."""
    from cnn_builder.architecture import trace
    from cnn_builder.cli.spec import read_spec
    from cnn_builder.learn.assignments import network_reasons

    task, network = open_pack(pack), read_spec(spec)
    reasons, traced = network_reasons(task, network), trace(network)
    if as_json:
        said = {
            "submission": spec, "passed": not reasons, "reasons": [one.told for one in reasons],
            "codes": [one.code for one in reasons], "total_params": traced.total_params,
            "total_macs": traced.total_macs, "test_accuracy": None,
        }  # fmt: skip
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(
        f"{spec}: {'within the budgets' if not reasons else 'not within them'}, {traced.total_params:,} parameters"
    )
    for one in reasons:
        click.echo(f"  {one.told}")


@assignment.command("submit")
@click.argument("pack")
@click.argument("run_id")
@click.option("--student", required=True, help="Your name.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE")
def submit(pack: str, run_id: str, student: str, output: Path) -> None:
    """Write a run of yours as a submission to PACK; what would not pass is told on stderr."""
    from datetime import UTC, datetime

    from cnn_builder.learn.assignments import Submission, submission_reasons
    from cnn_builder.learn.assignments.checking import student_name
    from cnn_builder.runs import Store
    from cnn_builder.settings import Settings

    settings, task = Settings.from_env(), open_pack(pack)
    with Store.open_own(settings) as store:
        run = store.get(run_id)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    made = Submission.of_run(task, student_name(student), run, now)
    output.write_text(made.to_json(), encoding="utf-8")
    for one in submission_reasons(task, made, settings):
        click.echo(f"Would not pass: {one.told}", err=True)
    click.echo(str(output))


@assignment.command("grade")
@click.argument("pack")
@click.argument("submissions", nargs=-1, required=True, metavar="SUBMISSION...")
@click.option("--seed", type=int, metavar="N", help="Of the grading runs [default: the server's own].")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), metavar="FILE", help="Write the table there, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per submission, one per line.")
def grade(pack: str, submissions: tuple[str, ...], seed: int | None, csv_file: Path | None, as_json: bool) -> None:
    """Train each SUBMISSION anew and grade it on the held-out test images of PACK.

    SUBMISSION: a file that the Learn page or `assignment submit` wrote, or a network (SPEC), trained as PACK says. What
    breaks a rule is told and not trained.
    """
    from cnn_builder.architecture.errors import CnnBuilderError
    from cnn_builder.learn.assignments.classroom import grades_csv

    task, found, failed = open_pack(pack), [], False
    for name in submissions:
        try:
            one = _graded(task, name, seed)
        except CnnBuilderError as error:
            tell_error(error)
            failed = True
            continue
        found.append(one)
        click.echo(json.dumps(one.to_dict(), ensure_ascii=False) if as_json else _words(one))
    if csv_file is not None:
        csv_file.write_text(grades_csv(found), encoding="utf-8")
    if failed:
        raise click.exceptions.Exit(1)


def open_pack(name: str) -> "AssignmentPack":
    """The pack of a file, or of one of the app's own by its name. Raises AssignmentError."""
    from cnn_builder.learn.assignments.pack import read_pack, shipped_packs

    return read_pack(shipped_packs().get(name) or Path(name))


def read_submission(task: "AssignmentPack", name: str) -> "Submission":
    """A submission's file; of a network, one that is trained as the pack says. Raises CnnBuilderError."""
    from cnn_builder import limits
    from cnn_builder.cli.spec import SpecError, read_spec
    from cnn_builder.learn.assignments import Submission
    from cnn_builder.learn.errors import AssignmentError

    path = Path(name)
    if path.suffix.lower() == ".json" and path.is_file():
        with path.open("rb") as file:
            content = file.read(limits.MAX_TEXT_BYTES + 1)
        if b'"assignment"' in content:
            try:
                return Submission.from_json(content)
            except AssignmentError as error:
                raise SpecError(f"{name}: {error}") from None
    return Submission.of_network(task, path.stem, read_spec(name))


def _graded(task: "AssignmentPack", name: str, seed: int | None) -> "Grade":
    from cnn_builder.cli.waiting import Waiting, ctrl_c, wait_quietly
    from cnn_builder.learn.assignments.grading import GRADING_SEED, checked_grade, graded, grading_run
    from cnn_builder.runs import Quota, Store, Supervisor
    from cnn_builder.runs.workers.choice import launcher_for
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    submission = read_submission(task, name)
    before = checked_grade(task, name, submission, settings)
    if before.reasons:
        return before
    with Store.open_own(settings) as store, ctrl_c() as interrupted:
        run = grading_run(task, submission, store, GRADING_SEED if seed is None else seed)
        supervisor = Supervisor(store, launcher_for(settings), settings.max_active_runs, quota=Quota.of(settings))
        ended = wait_quietly(run.run_id, Waiting(store, supervisor, interrupted))
    return graded(task, before, ended, settings)


def _words(one: "Grade") -> str:
    score = "not trained" if one.test_accuracy is None else f"held-out test accuracy {one.test_accuracy:.4f}"
    head = f"{one.submission}: {'passed' if one.passed else 'not passed'}, {score}, {one.total_params:,} parameters"
    return "\n".join([head, *(f"  {reason.told}" for reason in one.reasons)])
