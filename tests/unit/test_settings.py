"""Settings come from the environment, and say what is wrong with it."""

from pathlib import Path

import pytest

from cnn_builder.settings import OPTIONS, Settings, SettingsError


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
        ("CNN_BUILDER_LAUNCHER", "ray"),
        ("CNN_BUILDER_STORE", "postgresql://me@host/runs"),
        ("CNN_BUILDER_STORE", "sqlite:///:memory:"),
        ("CNN_BUILDER_MEMORY_LIMIT_MB", "-5"),
    ],
)
def test_errors_name_the_variable_and_both_values(variable: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({variable: text})
    message = str(caught.value)
    assert variable in message and "expected" in message and repr(text) in message and "\n" not in message


def test_a_run_folder_stays_inside(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert settings.run_folder("0mabcdefg-12345") == tmp_path / "runs" / "0mabcdefg-12345"
    with pytest.raises(ValueError, match="not a run id"):
        settings.run_folder("../../../etc")
