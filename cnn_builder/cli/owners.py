"""`owners`: the people who have signed in, and what they have."""

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per person, one per line.")
def owners(as_json: bool) -> None:
    """List the people who have signed in: id, e-mail address, name, runs, and what they take on the disk.

    CNN_BUILDER_OWNER=ID lets every command see and make only what belongs to one of them.
    """
    from cnn_builder.limits import size_text
    from cnn_builder.runs import Store
    from cnn_builder.runs.disk import owner_bytes
    from cnn_builder.settings import Settings

    settings = Settings.from_env()
    with Store.open_own(settings) as store:
        found = [(one, owner_bytes(store, settings.of_owner(one.owner))) for one in store.owners()]
    for one, taken in found:
        if as_json:
            values = {"owner": one.owner, "email": one.email, "name": one.name, "runs": one.runs, "bytes": taken}
            click.echo(json.dumps(values))
        else:
            click.echo(f"{one.owner}  {one.runs:>5} runs  {size_text(taken):>12}  {one.email}  {one.name}".rstrip())
    if not found and not as_json:
        click.echo("Nobody has signed in yet. docs/accounts.md says how people can.", err=True)
