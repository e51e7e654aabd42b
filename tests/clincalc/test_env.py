"""Values from the environment."""

import pytest

from clincalc import env


def test_a_value_is_read_without_the_space_around_it(monkeypatch):
    monkeypatch.setenv("SITE_NAME", " Formulary \n")

    assert env.text("SITE_NAME", "ClinCalc Pro") == "Formulary"


def test_a_value_may_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("correct horse\n", encoding="utf-8")
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))

    assert env.text("SECRET_KEY") == "correct horse"


def test_a_file_that_cannot_be_read_is_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "absent"))

    with pytest.raises(env.Refused, match="SECRET_KEY_FILE names a file that cannot be read"):
        env.text("SECRET_KEY")


def test_a_value_and_its_file_together_are_refused(monkeypatch):
    monkeypatch.setenv("SECRET_KEY_FILE", "secret")

    with pytest.raises(env.Refused, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        env.text("SECRET_KEY")


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_a_value_without_a_default_must_be_set(monkeypatch, empty):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    if empty is not None:
        monkeypatch.setenv("ALLOWED_HOSTS", empty)

    with pytest.raises(env.Refused, match="ALLOWED_HOSTS is not set"):
        env.hosts("ALLOWED_HOSTS")


NO_MAIL = (
    *(
        "mail.example.org",
        "smtp://",
        "smtp://:25",
        "smtp://mail.example.org:port",
        "smtp://mail.example.org/box",
    ),
    *("smtp://user@mail.example.org", "smtp://:hunter2@mail.example.org", "smtp://mail.example.org?tls=1"),
    *("smtp://mail.example.org?starttls", "smtps://mail.example.org?starttls=1", "smtp://mail.example.org#x"),
    *("smtp://user:hunter2@mail.example.org?starttls=0", "smtp://user:hun#ter2@mail.example.org"),
    *("consolemail", "consolemail:x", "console:", "file://", "file:///", "file://folder", "file:///mail?x=1"),
)
NO_SENDER = ("reviews", "reviews@", "A <a@example.org>, b@example.org", "a@example.org, b@example.org", "<a>")


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (env.flag, "DEBUG", "ture"),
        (env.hosts, "ALLOWED_HOSTS", "https://www.example.org"),
        (env.hosts, "ALLOWED_HOSTS", "www.example.org:443"),
        (env.hosts, "ALLOWED_HOSTS", "www.example.org www.example.com"),
        (env.origins, "CSRF_TRUSTED_ORIGINS", "www.example.org"),
        (env.networks, "TRUSTED_PROXIES", "10.0.0.0/33"),
        (lambda name: env.market(name, "GB"), "HOME_MARKET", "England"),
        (lambda name: env.rate(name, ""), "SEARCH_RATE", "50"),
        (lambda name: env.rate(name, ""), "SEARCH_RATE", "0/200"),
        (lambda name: env.rate(name, ""), "SEARCH_RATE", "50/200/1"),
        (lambda name: env.rate(name, ""), "SEARCH_RATE", "-1/5"),
        (lambda name: env.time_zone(name, "Europe/London"), "TIME_ZONE", "Europe/Londn"),
        (lambda name: env.time_zone(name, "Europe/London"), "TIME_ZONE", "../etc/passwd"),
        (lambda name: env.database(env.text(name)), "DATABASE_URL", "mysql://db/clincalc"),
        (lambda name: env.database(env.text(name)), "DATABASE_URL", "postgres://db:port/clincalc"),
        (lambda name: env.database(env.text(name)), "DATABASE_URL", "postgres://db"),
        (lambda name: env.database(env.text(name)), "DATABASE_URL", "postgres://db/clincalc?sslmode"),
        (lambda name: env.database(env.text(name)), "DATABASE_URL", "sqlite://"),
        *((env.mailers, "EMAIL_URL", url) for url in NO_MAIL),
        *((env.sender, "DEFAULT_FROM_EMAIL", address) for address in NO_SENDER),
    ],
)
def test_a_malformed_value_is_refused_by_name(monkeypatch, read, name, value):
    monkeypatch.setenv(name, value)

    with pytest.raises(env.Refused, match=name):
        read(name)


def test_a_refused_database_url_does_not_show_its_password():
    with pytest.raises(env.Refused) as refusal:
        env.database("mysql://clincalc:hunter2@db/clincalc")

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("url", [url for url in NO_MAIL if "ter2" in url])
def test_a_refused_mail_url_does_not_show_its_password(monkeypatch, url):
    monkeypatch.setenv("EMAIL_URL", url)

    with pytest.raises(env.Refused) as refusal:
        env.mailers("EMAIL_URL")

    assert "ter2" not in str(refusal.value)


def test_without_a_mail_url_there_is_no_mailer(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", " ")

    assert env.mailers("EMAIL_URL") == {}


@pytest.mark.parametrize(
    ("url", "kind", "options"),
    [
        (
            "smtp://clin%40calc:p%2Fw@mail.example.org:587",
            "smtp",
            {
                "host": "mail.example.org",
                "port": 587,
                "username": "clin@calc",
                "password": "p/w",
                "use_tls": True,
            },
        ),
        (
            "smtp://mail.example.org",
            "smtp",
            {"port": None, "use_tls": False, "use_ssl": False, "timeout": 10},
        ),
        ("smtp://mail.example.org?starttls=1", "smtp", {"use_tls": True, "username": ""}),
        ("smtps://u:p@mail.example.org/", "smtp", {"use_ssl": True, "use_tls": False}),
        ("consolemail:", "console", {}),
        ("file:///var/mail%20out", "filebased", {"file_path": "/var/mail out"}),
    ],
)
def test_a_mail_url_is_taken_apart(monkeypatch, url, kind, options):
    monkeypatch.setenv("EMAIL_URL", url)

    found = env.mailers("EMAIL_URL")["default"]

    assert found["BACKEND"] == f"django.core.mail.backends.{kind}.EmailBackend"
    assert found["OPTIONS"].items() >= options.items()


@pytest.mark.parametrize("address", ["reviews@example.org", "ClinCalc Pro <reviews@example.org>"])
def test_a_sender_is_an_address_with_or_without_a_name(monkeypatch, address):
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", address)

    assert env.sender("DEFAULT_FROM_EMAIL") == address


@pytest.mark.parametrize(
    ("value", "meant"), [("1", True), ("TRUE", True), ("0", False), ("off", False), ("", False)]
)
def test_a_flag_says_yes_or_no(monkeypatch, value, meant):
    monkeypatch.setenv("DEBUG", value)

    assert env.flag("DEBUG") is meant


def test_a_postgresql_url_is_taken_apart():
    found = env.database("postgres://clin%40calc:p%2Fw@db.example.org:5433/drugs?sslmode=require")

    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"]) == ("clin@calc", "p/w")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", "5433", "drugs")
    assert found["OPTIONS"] == {"sslmode": "require"}
    assert found["CONN_HEALTH_CHECKS"] is True


def test_a_postgresql_url_may_name_a_unix_socket():
    found = env.database("postgres://postgres@/clincalc?host=/run/postgresql")

    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/run/postgresql", "", {})


def test_an_sqlite_writer_takes_its_lock_at_once():
    found = env.database("sqlite:////srv/clincalc.sqlite3")

    assert found["NAME"] == "/srv/clincalc.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ALOWED_HOSTS", "ALLOWED_HOSTS"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("SECRET_KEYS", "SECRET_KEY"),
        ("SECRET_KEY_FLIE", "SECRET_KEY_FILE"),
        ("SITENAME", "SITE_NAME"),
        ("TRUSTED_PROXIE", "TRUSTED_PROXIES"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_name_that_was_meant(typed, meant):
    with pytest.raises(env.Refused, match=rf"^{typed} is not a setting .* {meant}\?$"):
        env.refuse_typos({typed: "x"})


COMMON = """
    CI DATABASE_HOST DATABASE_NAME DATABASE_PASSWORD DATABASE_PORT DATABASE_USER DB_URL DEBIAN_FRONTEND DEBUGINFOD_URLS
    DEBUGGER DEMOS DISPLAY HOME HOST HOSTNAME HOSTS LANG LC_TIME NAME NO_PROXY PATH PROXIES PWD REDIS_URL SECRET
    AWS_SECRET_ACCESS_KEY SECRET_KEY_BASE SHELL SITE SITE_PACKAGES SITE_URL TERM TIME TIMEZONE TZ USER VIRTUAL_ENV
""".split()  # noqa: SIM905 (as a list it would take forty lines)


@pytest.mark.parametrize("name", COMMON)
def test_a_common_variable_raises_no_alarm(name):
    env.refuse_typos({name: "x"})


def test_a_near_name_is_left_alone_when_ours_is_set_too():
    env.refuse_typos({"DATABASE_URLS": "x", "DATABASE_URL_FILE": "y"})


def test_every_name_of_ours_is_known_to_itself():
    env.refuse_typos({name + end: "x" for name in env.NAMES for end in ("", "_FILE")})


@pytest.mark.parametrize(("value", "rate"), [("50/200", (50, 200)), (" 1/1 ", (1, 1)), ("", None)])
def test_a_rate_is_how_many_a_second_and_how_many_at_once(monkeypatch, value, rate):
    monkeypatch.setenv("SUGGEST_RATE", value)

    assert env.rate("SUGGEST_RATE", "9/9") == rate


def test_a_rate_that_is_not_set_is_its_default(monkeypatch):
    monkeypatch.delenv("SUGGEST_RATE", raising=False)

    assert env.rate("SUGGEST_RATE", "9/9") == (9, 9)
