"""What an installation sets, and what production refuses."""

from pathlib import Path

import pytest

from config import Config, Misconfigured, kept_secret

PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "Zb3kq9Vw7Lr2Xn8Tf5Hs1Jd4Gp6My0Ca",
    "BASE_URL": "https://bank.example",
    "TRUSTED_HOSTS": "bank.example, www.bank.example",
}


def test_a_production_installation_with_everything_set_starts() -> None:
    config = Config(PRODUCTION)
    assert config.production
    assert config.secure_cookies
    assert config.trusted_hosts == ("bank.example", "www.bank.example")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "kort"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({"DEBUG": "yes"}, "DEBUG"),
        ({"BASE_URL": "http://bank.example"}, "BASE_URL"),
        ({"SECURE_COOKIES": "no"}, "SECURE_COOKIES"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS"),
        ({"APP_ENV": "prod"}, "APP_ENV"),
        ({"PROXY_HOPS": "two"}, "PROXY_HOPS"),
        ({"SMTP_TLS": "ssl3"}, "SMTP_TLS"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_it(changes: dict[str, str], named: str) -> None:
    with pytest.raises(Misconfigured, match=named):
        Config({**PRODUCTION, **changes})


def test_a_trial_keeps_its_own_secrets_in_its_instance_folder(tmp_path: Path) -> None:
    first, second = Config({"INSTANCE_PATH": str(tmp_path)}), Config({"INSTANCE_PATH": str(tmp_path)})
    assert len(first.secret_key) == 43
    assert (first.secret_key, first.demo_password) == (second.secret_key, second.demo_password)
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_first_process_to_draw_a_secret_wins(tmp_path: Path) -> None:
    drawn = kept_secret(tmp_path / "secret", characters=20)
    assert kept_secret(tmp_path / "secret", characters=20) == drawn
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_what_is_given_in_code_goes_before_the_environment(tmp_path: Path) -> None:
    assert Config({"SMTP_PORT": "25"}, instance_path=tmp_path, smtp_port=2525).smtp_port == 2525


def test_an_unknown_setting_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="databse_url"):
        Config({}, databse_url="sqlite://")


def test_without_an_address_the_database_is_a_file_in_the_instance_folder(tmp_path: Path) -> None:
    config = Config({"INSTANCE_PATH": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path}/materialenbank.sqlite3"
    assert config.database_owner_url == config.database_url
