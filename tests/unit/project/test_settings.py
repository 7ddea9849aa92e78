"""Settings come from the environment, and say what is wrong with it."""

from pathlib import Path

import pytest

from cnn_builder.options import OPTIONS
from cnn_builder.runs import Store
from cnn_builder.settings import Settings, SettingsError


def test_defaults_need_no_environment() -> None:
    settings = Settings.from_env({})
    assert settings.home == Path.home() / ".cnn_builder"
    assert settings.store_url == f"sqlite:///{settings.home / 'runs.sqlite'}"
    assert (settings.max_active_runs, settings.standby, settings.data) == (1, True, None)
    assert settings.memory_limit > 0


def test_an_empty_variable_is_unset() -> None:
    assert Settings.from_env({"CNN_BUILDER_MAX_ACTIVE_RUNS": " "}) == Settings.from_env({})


def test_they_come_back_from_the_environment_they_make(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, data=tmp_path, store=f"sqlite:///{tmp_path}/s.db", max_active_runs=3, standby=False
    )
    assert Settings.from_env(settings.to_env()) == settings
    assert Settings.from_env(Settings(home=tmp_path).to_env()) == Settings(home=tmp_path)


def test_the_table_names_every_field() -> None:
    assert {option.field for option in OPTIONS} == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("CNN_BUILDER_MAX_ACTIVE_RUNS", "0"),
        ("CNN_BUILDER_MAX_ACTIVE_RUNS", "two"),
        ("CNN_BUILDER_STANDBY", "maybe"),
        ("CNN_BUILDER_LAUNCHER", "dask"),
        ("CNN_BUILDER_RAY_ADDRESS", "head"),
        ("CNN_BUILDER_RAY_ADDRESS", "head:0"),
        ("CNN_BUILDER_RAY_CPUS", "0"),
        ("CNN_BUILDER_STORE", "postgresql://me@host/runs"),
        ("CNN_BUILDER_STORE", "postgresql+psycopg://me@host"),
        ("CNN_BUILDER_STORE", "sqlite:///:memory:"),
        ("CNN_BUILDER_STORE", "sqlite:///"),
        ("CNN_BUILDER_STORE", "sqlite:////home/ho?me/runs.sqlite"),
        ("CNN_BUILDER_STORE", "runs.sqlite"),
        ("CNN_BUILDER_ARTIFACTS", "https://host/bucket"),
        ("CNN_BUILDER_ARTIFACTS", "file://host/folder"),
        ("CNN_BUILDER_ARTIFACTS", "s3://"),
        ("CNN_BUILDER_ARTIFACTS", "s3://UPPER/x"),
        ("CNN_BUILDER_ARTIFACTS", "s3://bucket/x?versionId=1"),
        ("CNN_BUILDER_MEMORY_LIMIT_MB", "-5"),
    ],
)
def test_errors_name_the_variable_and_both_values(variable: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({variable: text})
    message = str(caught.value)
    assert variable in message and "expected" in message and repr(text) in message and "\n" not in message


def test_a_store_may_be_a_server_whose_password_is_not_told() -> None:
    url = "postgresql+psycopg://me:s3cret@host:5433/runs?sslmode=require"
    settings = Settings.from_env({"CNN_BUILDER_STORE": url})
    assert settings.store_url == url and Settings.from_env(settings.to_env()) == settings
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"CNN_BUILDER_STORE": "postgresql://me:s3cret@host/runs"})
    assert "s3cret" not in str(caught.value) and "me:***@host" in str(caught.value)


def test_artifacts_are_in_a_folder_or_a_bucket_without_keys(tmp_path: Path) -> None:
    for text, url in (
        (str(tmp_path / "a ü?"), (tmp_path / "a ü?").as_uri()),
        ("file:///srv/runs/", "file:///srv/runs"),
        ("s3://my-bucket/some/prefix", "s3://my-bucket/some/prefix"),
        ("s3://my-bucket", "s3://my-bucket"),
    ):
        settings = Settings.from_env({"CNN_BUILDER_ARTIFACTS": text})
        assert settings.artifacts == url and Settings.from_env(settings.to_env()) == settings
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"CNN_BUILDER_ARTIFACTS": "s3://key:s3cret@bucket"})
    assert "s3cret" not in str(caught.value) and "AWS_SECRET_ACCESS_KEY" in str(caught.value)


@pytest.mark.parametrize("name", ["ho?me", "50%3F", "a#b", "me@home:1", "ünï cödé", "a&b=c"])
def test_a_homes_name_may_have_a_urls_signs_in_it(name: str, tmp_path: Path) -> None:
    home = tmp_path / name
    settings = Settings.from_env(Settings(home=home).to_env())
    with Store.open(settings):
        pass
    assert {path.name for path in home.iterdir() if "-" not in path.name} == {"runs.sqlite"}
    assert [path.name for path in tmp_path.iterdir() if path.name != "cnn_builder_home"] == [name]


def test_a_store_may_be_named_with_a_urls_signs(tmp_path: Path) -> None:
    with Store.open(Settings.from_env({"CNN_BUILDER_STORE": f"sqlite:///{tmp_path}/a%3Fb.sqlite"})):
        assert (tmp_path / "a?b.sqlite").is_file()


def test_a_run_folder_stays_inside(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.run_folder("0mabcdefg-12345") == tmp_path / "runs" / "0mabcdefg-12345"
    with pytest.raises(ValueError, match="not a run id"):
        settings.run_folder("../../../etc")
