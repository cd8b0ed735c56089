"""Django's own checks for production, under the settings that docs/deployment.md asks for: they find nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgresql://stepwise:password@127.0.0.1:5432/stepwise",
    "DATABASE_OWNER_URL": "postgresql://stepwise_owner:password@127.0.0.1:5432/stepwise",
    "SECRET_KEY": "".join(chr(33 + number % 90) for number in range(7, 97)),
    "SITE_URL": "https://stepwise.example.org",
    "PROXY_COUNT": "1",
    "DEBUG": "",
}


def check(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env={"PATH": os.defpath, "DATA_FOLDER": str(tmp_path), **PRODUCTION, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_checks_for_production_find_nothing(tmp_path: Path) -> None:
    found = check(tmp_path)

    assert (found.returncode, found.stderr) == (0, ""), found.stderr
    assert "no issues" in found.stdout


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        pytest.param({"SITE_URL": "http://stepwise.example.org"}, "security.W010", id="no https"),
        pytest.param({"SECRET_KEY": "x" * 60}, "security.W009", id="a key of one letter"),
        pytest.param({"DATABASE_OWNER_URL": ""}, "database.W001", id="one role for everything"),
        pytest.param({"DEBUG": "true"}, "security.W018", id="error pages with details"),
    ],
)
def test_and_what_is_wrong_is_found(tmp_path: Path, environment: dict[str, str], code: str) -> None:
    found = check(tmp_path, **environment)

    assert found.returncode == 1
    assert code in found.stderr
