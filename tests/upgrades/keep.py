"""Keeps the demonstration's database of an older commit, so that the suite can bring it up to date:

    .venv/bin/python -m tests.upgrades.keep COMMIT

The older code makes the database, in a worktree of its own; the present code backs it up into this
folder, sealed with a passphrase that is no secret. Keep one for each release, and one whenever
migrations have landed; drop those of releases that need no longer be upgraded.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOUSE = HERE.parent.parent
WORDS = "an invented house"
MAKE = (
    "import django; django.setup(); "
    "from django.core.management import call_command as call; call('migrate', verbosity=0); "
    "from exchange.core.packs import load_packs; from django.conf import settings; "
    "load_packs(settings.CONTENT_DIRS); "
    "from exchange.site.demo import prepare; prepare()"
)
SAVE = (
    "import sys, django; django.setup(); "
    "from django.test import override_settings; from exchange.core import backup; "
    "cheap = override_settings(BACKUP_WORK=2); cheap.enable(); "
    "backup.write(open(sys.argv[1], 'xb'), sys.argv[2], using='default')"
)


def python(folder: Path, home: Path, *words: str) -> None:
    """Run some of the code that lies in `folder`."""
    given = {name: word for name, word in os.environ.items() if not name.startswith("EXCHANGE_")}
    given |= {
        "DJANGO_SETTINGS_MODULE": "exchange.settings",
        "DATABASE_URL": f"sqlite:///{home / 'old.sqlite3'}",
        "EXCHANGE_HOME": str(home),
        "EXCHANGE_DEMO": "1",
    }
    subprocess.run([sys.executable, "-c", *words], cwd=folder, env=given, check=True)


def keep(commit: str) -> Path:
    """Where the database of that commit's demonstration was kept."""
    git = ["git", "-C", str(HOUSE)]
    told = subprocess.run(
        [*git, "log", "-1", "--format=%cs-%h", commit], capture_output=True, text=True, check=True
    )
    path = HERE / f"{told.stdout.strip()}.age"
    with tempfile.TemporaryDirectory() as folder:
        old, home = Path(folder) / "old", Path(folder) / "home"
        home.mkdir()
        subprocess.run([*git, "worktree", "add", "--quiet", "--detach", old, commit], check=True)
        try:
            python(old, home, MAKE)
            python(HOUSE, home, SAVE, str(path), WORDS)
        finally:
            subprocess.run([*git, "worktree", "remove", "--force", old], check=True)
    return path


if __name__ == "__main__":
    sys.stdout.write(f"{keep(sys.argv[1])}\n")
