"""What the measurements stand on: a throw-away database, real files or made ones."""

import csv
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
SYLLABLES = "ash bar car den el fair gor hal ing kirk lang mar nor oak pen quin ros sel thorn wick"
SAINTS = "Mary,John,Peter,Paul,Anne,Luke,Mark,James,Thomas,Joseph,Michael,Agnes,Hilda,Oswald"
KINDS = (
    "Primary School", "Church of England Primary School", "Catholic Primary School",
    "Junior School", "Infant School", "High School", "Academy", "Community College",
)  # fmt: skip
HEADER = [
    "urn", "dfe_number", "school_name", "establishment_type", "funding_type", "school_status",
    "open_date", "close_date", "phase_type", "religious_character", "statutory_low_age",
    "statutory_high_age", "administrative_district", "administrative_ward", "street", "locality",
    "address3", "town", "county", "postcode", "easting", "northing", "school_website",
]  # fmt: skip


def throw_away_database(url: str = "") -> tempfile.TemporaryDirectory:
    """Point Django at an empty database: `url`, else an SQLite file in a folder of its own. Keep
    what is returned."""
    folder = tempfile.TemporaryDirectory(prefix="exchange-bench-")
    os.environ["EXCHANGE_HOME"] = folder.name
    os.environ["DATABASE_URL"] = url or f"sqlite:///{folder.name}/bench.sqlite3"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
    django.setup()
    call_command("migrate", verbosity=0, run_syncdb=True)
    return folder


@contextmanager
def empty_postgres() -> Iterator[str]:
    """The address of an empty database on the PostgreSQL of EXCHANGE_TEST_POSTGRES, gone
    afterwards; psycopg's OperationalError where there is no PostgreSQL."""
    url = os.environ.get("EXCHANGE_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
    name = f"exchange_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as there:
        there.execute(f"create database {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            there.execute(f"drop database {name} with (force)")


def register_folder() -> Path | None:
    """The folder of real register files: EXCHANGE_DATA, else beside the repository; or None."""
    data = Path(os.environ.get("EXCHANGE_DATA") or ROOT.parent / "shared" / "data")
    return data / "register" if (data / "register").is_dir() else None


def made_up_schools(count: int, seed: int = 7) -> list[dict[str, str]]:
    """Rows of invented schools with the columns of the extract of establishments."""
    chance = random.Random(seed)
    parts = SYLLABLES.split()
    rows = []
    for number in range(count):
        town = "".join(chance.choice(parts) for _ in range(2)).title() + chance.choice(
            ("ton", "by", "ford", "ham", "ley")
        )
        saint = f"St {chance.choice(SAINTS.split(','))}'s"
        place = "".join(chance.choice(parts) for _ in range(2)).title()
        name = f"{saint if chance.random() < 0.3 else place} {chance.choice(KINDS)}"
        row = dict.fromkeys(HEADER, "")
        row |= {
            "urn": str(100_000 + number),
            "dfe_number": f"{201 + number % 150}/{2000 + number % 3000}",
            "school_name": name,
            "establishment_type": "Community school",
            "school_status": "Open",
            "phase_type": "Primary",
            "statutory_low_age": "4",
            "statutory_high_age": "11",
            "administrative_district": f"{town} District",
            "street": f"{number % 200} School Lane",
            "town": town,
            "postcode": f"{place[:2].upper()}{number % 60 + 1} {number % 9 + 1}AB",
            "easting": str(chance.randrange(200_000, 650_000)),
            "northing": str(chance.randrange(50_000, 600_000)),
            "school_website": f"www.{place.lower()}{number}.example",
        }
        rows.append(row)
    return rows


def made_up_file(path: Path, count: int) -> Path:
    """A file of invented schools as large as the real one."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(made_up_schools(count))
    return path
