"""`lesson`: what a teacher needs to write one."""

import json
from pathlib import Path

import click


@click.group()
def lesson() -> None:
    """Check a lesson of your own, or list the checks it can use."""


@lesson.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check_lesson(file: Path, as_json: bool) -> None:
    """Read a lesson's FILE (.toml) and say what is wrong with it, or what it has.

    Put into the folder lessons of CNN_BUILDER_HOME, it stands on the Learn page.
    """
    from cnn_builder.learn.lessons.library import read_lesson_file

    plan = read_lesson_file(file)
    if as_json:
        steps = [{"id": step.step_id, "title": step.title, "check": step.check} for step in plan.steps]
        click.echo(json.dumps({"id": plan.lesson_id, "title": plan.title, "steps": steps}, ensure_ascii=False))
        return
    click.echo(f"{plan.lesson_id}: {plan.title}, {len(plan.steps)} steps")
    for place, step in enumerate(plan.steps, 1):
        click.echo(f"  {place:2}. {step.title} ({step.check})")


@lesson.command("checks")
def list_checks() -> None:
    """List the checks that a step can name, with what each takes."""
    from cnn_builder.learn.lessons.checks import CHECKS

    for check in CHECKS.values():
        takes = [name if rule.required else f"[{name}]" for name, rule in check.values.items()]
        click.echo(f"{check.name:18}{check.about}" + (f" Takes {', '.join(takes)}." if takes else ""))
