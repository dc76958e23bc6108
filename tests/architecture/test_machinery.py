"""What the framework and the linter can judge by themselves, judged in every run."""

import os
import subprocess
import sys
import warnings

import pytest
from django.core.management import call_command

from tests.architecture.tree import ROOT

# What a server in public would be given, and nothing of what the tests were given.
PRODUCTION = {
    "PATH": os.environ["PATH"],
    "DATABASE_URL": "postgres://app@database.example.coop/coopstrategy",
    "SECRET_KEY": "Fv3q-dT8r_Lw5zKc2Xj7Bn9Hm4Gs6Py1Ra0Ue-Qo8Wi3Nk5Vt7Zx",
    "CENSUS_CODE_KEY": "2Xj7Bn9Hm4Gs6Py1Ra0Ue-Qo8Wi3Nk5Vt7ZxFv3q-dT8r_Lw5zKc",
    "DEBUG": "0",
    "DEMO": "0",
    "HTTPS": "1",
    "TRUSTED_PROXY_COUNT": "1",
    "SITE_ADDRESS": "https://strategy.example.coop",
    "ALLOWED_HOSTS": "strategy.example.coop",
    "EMAIL_URL": "smtp+tls://mailer:secret@mail.example.coop:587",
    "CACHE_URL": "redis://cache.example.coop:6379/1",
    "BROKER_URL": "redis://broker.example.coop:6379/0",
    "PASSWORD_HASHERS": "django.contrib.auth.hashers.Argon2PasswordHasher",
    "STATIC_STORAGE": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    "LOG_FORMAT": "json",
}
RUFF = ("-m", "ruff", "check", "--no-cache", "--output-format", "concise")


def run(*command: str, stdin: str = "", env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    command = [sys.executable, *command]
    return subprocess.run(
        command, input=stdin, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def complaints(source: str) -> list[str]:
    """What the linter says of a file of the census that holds `source`: "CODE words"."""
    done = run(*RUFF, "--stdin-filename", "census/x.py", "-", stdin=source)
    return [line.split(": ", 1)[1] for line in done.stdout.splitlines() if line.startswith("census/x.py")]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_site_as_it_runs_in_public_passes_djangos_checks_without_a_warning():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=PRODUCTION)
    assert (done.returncode, done.stderr.splitlines()[-1:]) == (0, []), done.stderr


def test_without_a_secret_the_site_does_not_start():
    done = run("manage.py", "check", env={**PRODUCTION, "SECRET_KEY": ""})
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith("django.core.exceptions.ImproperlyConfigured: SECRET_KEY is not set")


def test_a_warning_in_a_test_is_an_error():
    with pytest.raises(UserWarning, match="once"):
        warnings.warn("once", stacklevel=1)


def test_the_linter_finds_nothing():
    done = run(*RUFF, ".")
    assert done.returncode == 0, done.stdout


FORBIDDEN = {
    "an import inside a function": ("def late() -> None:\n    import json\n\n    json.dumps(1)\n", ["PLC0415"]),
    "a signal": ("from django.dispatch import receiver\n\nreceiver\n", ["TID251"]),
    "a signal of a model": ("from django.db.models.signals import post_save\n\npost_save\n", ["TID251"]),
    "a mail sent directly": ("from django.core.mail import send_mail\n\nsend_mail\n", ["TID251"]),
    "raw SQL in a query": ("from django.db.models.expressions import RawSQL\n\nRawSQL\n", ["TID251"]),
    "text called safe": ("from django.utils.safestring import mark_safe\n\nmark_safe\n", ["TID251"]),
    "a permission by decorator": (
        "from django.contrib.auth.decorators import login_required\n\nlogin_required\n",
        ["TID251"],
    ),
    "another user": ("from django.contrib.auth.models import User\n\nUser\n", ["TID251"]),
    "a relative import": ("from . import models\n\nmodels\n", ["TID252"]),
}


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_the_linter_refuses(kind):
    source, codes = FORBIDDEN[kind]
    assert sorted({line.split(" ")[0] for line in complaints(source)} & {"PLC0415", "TID251", "TID252"}) == codes


def test_a_banned_call_says_what_to_do_instead():
    advice = "Write a Notice (commons.digests.actions.notify, mail=True); the task sends it, once."
    said = {line for line in complaints(FORBIDDEN["a mail sent directly"][0]) if line.startswith("TID251")}
    assert said == {f"TID251 `django.core.mail.send_mail` is banned: {advice}"}
