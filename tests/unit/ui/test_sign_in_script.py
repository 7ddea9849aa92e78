"""The pages for people who sign in: the door, what is whose, the shared view, an admin, the share of the server."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnn_builder.data import DATASETS
from cnn_builder.data.sets.own.gathering import Gathering
from cnn_builder.data.sets.own.library import OwnDatasets
from cnn_builder.data.sets.user_drawings import OwnDrawings
from cnn_builder.runs import Access, LocalLauncher, Metric, RunSettings, Store, Supervisor
from cnn_builder.runs.access import owner_id
from cnn_builder.settings import Settings
from cnn_builder.ui.shared.navigation import PAGES
from cnn_builder.ui.train.share_link import link_to_run
from tests.support.networks import TINY_DIGITS
from tests.support.paths import APP

ISSUER = "https://id.example"
ANN, BEN = owner_id(ISSUER, "ann"), owner_id(ISSUER, "ben")


def claims(name: str, **more: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "iss": ISSUER, "sub": name, "email": f"{name}@example.org", "name": name, **more}


@pytest.fixture(autouse=True)
def sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_SIGN_IN", "true")
    monkeypatch.setenv("CNN_BUILDER_ADMINS", "root@example.org")
    monkeypatch.setenv("CNN_BUILDER_STANDBY", "false")
    monkeypatch.setattr(Supervisor, "start_thread", lambda self: None)
    monkeypatch.setattr(LocalLauncher, "warm", lambda self: None)
    monkeypatch.delenv("CNN_BUILDER_DATA", raising=False)


@pytest.fixture
def anns(own_home: Path) -> str:
    """A finished run of Ann's, called "Annas secret"."""
    with Store.open(Settings.from_env()) as store:
        run = store.for_access(Access(ANN)).create_run(TINY_DIGITS, "digits", RunSettings(), "Annas secret")
        store.claim_next(9)
        store.begin(run.run_id, 10)
        store.append(run.run_id, [Metric(1, 1, "epoch", 0.5, 0.5, 0.5, 0.5, 1.0)])
        store.finish(run.run_id, "finished", result={"test_accuracy": 0.875})
    return run.run_id


def opened(user: dict[str, Any], page: str = "start", **query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    app.user = user
    app.query_params.update(query)
    app.run()
    if page != "start":
        app.switch_page(f"pages/{page}.py")
        app.query_params.update(query)
        app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    parts = [*app.title, *app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    return "\n".join([*(part.value for part in parts), *(str(box.options) for box in app.selectbox)]).replace("\\", "")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("user", [{}, {"is_logged_in": False}, {"is_logged_in": True}], ids=["nobody", "out", "no id"])
def test_nobody_gets_past_the_door(page: str, user: dict[str, Any], anns: str) -> None:
    if user and page != "train":
        return  # one page for the other two
    app = opened(user, page, run=anns)
    assert [button.key for button in app.button] == ["sign-in-button"] and "secret" not in words(app)


def test_another_finds_nothing_of_a_run(anns: str) -> None:
    mine = opened(claims("ann"), "train", run=anns)
    assert "Annas secret" in words(mine) and not mine.warning
    for asked in (anns, anns[:12]):
        others = opened(claims("ben"), "train", run=asked)
        assert "Run not found" in words(others) and "secret" not in words(others)
    for page in PAGES:
        assert "secret" not in words(opened(claims("ben"), page, run=anns)), page


def test_an_admin_sees_everything_and_whose_it_is(anns: str) -> None:
    opened(claims("ann"))  # who has signed in is known by name
    seen = words(opened(claims("root"), "train", run=anns))
    assert "Annas secret" in seen and "Belongs to ann@example.org." in seen
    unverified = opened(claims("root", email_verified=False), "train", run=anns)
    assert "Run not found" in words(unverified)


def test_what_people_keep_in_files_is_kept_apart(own_home: Path) -> None:
    settings = Settings.from_env().of_owner(ANN)
    mine = own_home / "owners" / ANN
    assert OwnDatasets.of(settings).folder == mine / "datasets"
    assert OwnDrawings.of(settings, DATASETS["digits"]).folder == mine / "drawings" / "digits"
    assert Gathering(settings, "cats").folder == mine / "gathered" / "cats"
    opened(claims("ann"), "build")
    assert not (own_home / "documents").exists() and not (own_home / "learn").exists()


def test_a_link_shows_its_run_and_nothing_else(anns: str) -> None:
    app = opened(claims("ann"), "train", run=anns)
    assert app.get("popover")
    with Store.open(Settings.from_env()) as store:
        token = store.for_access(Access(ANN)).share(anns)
    for user in ({}, claims("ben")):
        seen = opened(user, share=token)
        assert "Annas secret" in words(seen) and "not changed" in words(seen) and not seen.button
        assert [metric.value for metric in seen.metric] == ["0.8750"]
    for wrong in ("x", token[:-1]):
        assert "Run not found: the link is wrong" in words(opened({}, share=wrong))
    with Store.open(Settings.from_env()) as store:
        store.unshare(anns)
    assert "secret" not in words(opened({}, share=token))


def test_the_share_of_the_server_is_told_and_then_refused(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_QUOTA_QUEUED_RUNS", "2")
    with Store.open(Settings.from_env()) as store:
        ann = store.for_access(Access(ANN))
        ann.create_run(TINY_DIGITS, "digits", RunSettings())
        told = words(opened(claims("ann"), "train"))
        assert "Your share of this server: 0 of 2 training at once · 1 of 2 waiting · 0 of 240 training" in told
        ann.create_run(TINY_DIGITS, "digits", RunSettings(seed=1))
        app = opened(claims("ann"), "train")
        assert "You have 2 of the 2 runs that one person may have waiting" in words(app)
        assert app.button("train").disabled
        assert not opened(claims("ben"), "train").button("train").disabled


def test_without_sign_in_nothing_is_asked_and_nothing_is_hidden(anns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_BUILDER_SIGN_IN", "false")
    monkeypatch.setenv("CNN_BUILDER_QUOTA_QUEUED_RUNS", "1")
    app = opened({}, "train", run=anns, share="x")
    assert "Annas secret" in words(app) and "Your share" not in words(app) and "Belongs" not in words(app)
    labels = [one.proto.popover.label for one in app.get("popover")]
    assert "Delete" in labels and "Share" not in labels
    assert not [button for button in app.button if button.key in ("sign-in-button", "sign-out")]


def test_a_links_address_is_the_servers_root() -> None:
    for page in ("http://localhost:8501/train?run=x", "http://localhost:8501/", "http://localhost:8501"):
        assert link_to_run("t", page) == "http://localhost:8501/?share=t"
    assert link_to_run("t", "https://host/cnn/train") == "https://host/cnn/?share=t"
