"""Lines of docs/security.md that no other file tries: what the product must not contain, and what
must happen though nobody asked for it."""

import ast
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from exchange.directory.models import Affiliation, Membership, Person, Release, RoleAssignment
from exchange.live.models import Facilitating, Run
from tests.addresses import STREAMS, addresses, names
from tests.test_canaries import OURS
from tests.test_shape import HOUSE, imports, is_test, lines_with, name, of, readable, text, tree
from tests.world import World

#: Modules that speak to other machines -> who may import them, and why.
SPEAK = {
    "httpx": {"exchange/live/bots.py", "exchange/live/rehearsal.py"},  # `exchange rehearse`
    "ssl": {"exchange/live/bots.py"},
    "smtplib": {"exchange/core/outbox.py"},  # the name of a refusal; sending is Django's
    # whether the port is free; which addresses this machine has (the kernel is asked, nobody else)
    "socket": {"exchange/site/commands.py", "exchange/core/local.py"},
    "redis": {"exchange/live/channel.py"},  # run numbers and audiences, where REDIS_URL is set
}
SPEAKING = {
    *SPEAK, "aiohttp", "ftplib", "http.client", "imaplib", "paramiko", "poplib", "requests",
    "socketserver", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
#: What turns stored bytes into code, XML into files, or text of people into markup.
NOT_USED = {
    "bleach", "cloudpickle", "commonmark", "dill", "jsonpickle", "lxml", "markdown", "marshal",
    "mistune", "nh3", "pickle", "PIL", "shelve", "xml", "xmltodict",
}  # fmt: skip


def product() -> list[Path]:
    return [path for path in of(".py", below="exchange") if not is_test(path)]


def imported(modules: set[str]) -> dict[str, set[str]]:
    """module -> files of the product that import it or something inside it."""
    found: dict[str, set[str]] = {}
    for path in product():
        for _node, module in imports(path):
            for one in modules:
                if module == one or module.startswith(f"{one}."):
                    found.setdefault(one, set()).add(name(path))
    return found


def calls(*words: str) -> list[tuple[Path, ast.Call]]:
    """Calls of a function or method of one of these names, in the product."""
    return [
        (path, node)
        for path in product()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in words
    ]


# --- what the product does not contain ---


def test_only_what_is_named_here_speaks_to_other_machines() -> None:
    """D-36. What is left is Django's mail and, where a provider is set, allauth's sign-on."""
    assert imported(SPEAKING) == SPEAK


def test_nothing_that_is_read_can_run() -> None:
    """D-35: no pickles, no evaluation, YAML of plain values only; nor is XML or markup read."""
    assert imported(NOT_USED) == {}
    assert [
        name(path) for path, node in calls("eval", "exec") if isinstance(node.func, ast.Name)
    ] == []
    loads = [
        ast.unparse(node)
        for path, node in calls("load", "load_all", "unsafe_load", "full_load")
        if ast.unparse(node.func).startswith("yaml.")
    ]
    assert [re.sub(r"\(.*, ", "(", call) for call in loads] == ["yaml.load(Loader=PlainLoader)"]


def test_nothing_is_uploaded() -> None:
    """D-23 and D-24 wait for the first upload: no table has a file, no page takes or reads one."""
    files = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    ]
    assert files == []
    asked = lines_with(product(), r"\.FILES\b|\bFileField\b|\bImageField\b|\bload_workbook\b")
    assert asked == []
    assert lines_with(of(".html", below="exchange"), r"type=[\"']?file|multipart") == []


def test_what_a_question_is_ordered_by_is_written_in_the_code() -> None:
    """D-26: every argument of order_by is a literal; no keyword comes from a request."""
    orders = [
        f"{name(path)}:{node.lineno}: {ast.unparse(word)}"
        for path, node in calls("order_by")
        for word in node.args
        if not isinstance(word, ast.Constant) and not re.match(r"F\('\w+'\)", ast.unparse(word))
    ]
    assert orders == []
    assert lines_with(product(), r"\*\*\s*request\.|\*\*dict\(request") == []


def test_nobody_sees_when_others_were_here() -> None:
    """D-44: when somebody was last here stands on one's own pages only, of devices and of
    accounts elsewhere; a message keeps no list of who read it."""
    pattern = r"\b(last_login|last_seen\w*|seen_at|read_at|is_online|date_joined)\b"
    shown = {line.split(":")[0] for line in lines_with(of(".html", below="exchange"), pattern)}
    own = ("devices", "single_sign_on")
    assert shown == {f"exchange/directory/templates/directory/{page}.html" for page in own}
    keeping = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.get_fields()
        if re.search(r"(^|_)(seen|read|online|active)_(at|by|on)$", field.name)
    ]
    assert sorted(keeping) == ["directory.RegisterReading.read_at", "directory.Visit.seen_at"]


def test_there_is_no_admin_site(client: Client) -> None:
    """D-42: Django's admin is not installed, and no account has the marks it asks for."""
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    with pytest.raises(NoReverseMatch):
        reverse("admin:index")
    assert {client.get(path).status_code for path in ("/admin/", "/admin/login/")} == {404}
    assert not {"is_staff", "is_superuser"} & {field.name for field in Person._meta.get_fields()}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_one_version_and_its_hashes(lock: str) -> None:
    """D-39."""
    whole = text(HOUSE / lock).replace("\\\n", "")
    rows = [
        line for line in whole.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    form = re.compile(r"[a-z0-9][a-z0-9._-]*==[\w.!+]+( ;.*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert len(rows) > 20
    assert [row[:60] for row in rows if not form.fullmatch(row)] == []


#: What a key or password looks like: of known kinds by its beginning, of ours by its name.
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "an age key": r"AGE-SECRET-KEY-1[0-9A-Z]{20}",
    "a cloud's key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}",
    "a forge's token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22}|glpat-[\w-]{20})",
    "another token": r"\bxox[abprs]-[\w-]{10}|\b[sr]k_live_\w{16}|\bSG\.[\w-]{16}\.",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "a setting": r"^\s*(?:export\s+)?(?:SECRET_KEY|EXCHANGE_(?:READY|METRICS)_TOKEN|\w*PASS(?:WORD|PHRASE))="
    r"[\"']?(?!put-)[\w+/=-]{16,}",
}


#: Kinds of files that hold keys or data.
KEPT_IN = {".key", ".pem", ".p12", ".pfx", ".jks", ".env", ".sqlite3", ".kdbx"}


def test_no_file_holds_a_secret() -> None:
    """D-40: nothing in the repository opens anything, and no file of a kind that holds keys."""
    pattern = re.compile("|".join(SECRETS.values()), re.MULTILINE)
    found = [
        f"{name(path)}: {hit[0][:20]}"
        for path in readable()
        for hit in [pattern.search(path.read_text("utf-8", "replace"))]
        if hit
    ]
    assert found == []
    kept = [name(path) for path in readable() if path.suffix in KEPT_IN]
    assert kept == ["docs/examples/exchange.env"]  # test_docs.py: settings without their secrets


def told_by_git(*words: str) -> str:
    """What git answers; "" where there is no git, or no history."""
    git = shutil.which("git")
    if git is None or not (HOUSE / ".git").exists():
        return ""
    asked = subprocess.run([git, *words], cwd=HOUSE, capture_output=True, check=True)
    return asked.stdout.decode("utf-8", "replace")


def test_the_history_holds_no_secret() -> None:
    """D-40: nor does any line that was ever added, in whatever branch, nor any name of a file."""
    if not (added := told_by_git("log", "--all", "-p", "--format=commit %h", "--unified=0")):
        pytest.skip("no history: this is not a clone of the repository")
    pattern, found, commit = re.compile("|".join(SECRETS.values())), [], ""
    for line in added.splitlines():
        if line.startswith("commit "):
            commit = line
        elif line.startswith("+") and (hit := pattern.search(line[1:])):
            found.append(f"{commit}: {hit[0][:20]}")
    assert commit
    assert found == []
    ever = told_by_git("log", "--all", "--diff-filter=A", "--name-only", "--format=").split("\n")
    assert {one for one in ever if Path(one).suffix in KEPT_IN} == {"docs/examples/exchange.env"}


def test_the_search_for_secrets_finds_them() -> None:
    """Made here piece by piece, so that no file holds even these."""
    made = {
        "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
        "an age key": "AGE-SECRET-" + "KEY-1" + "Q" * 58,
        "a cloud's key": "AKIA" + "A1" * 8,
        "a forge's token": "ghp_" + "a" * 36,
        "another token": "xoxb-" + "1" * 12,
        "a signed token": ".".join(["eyJ" + "a" * 12, "eyJ" + "b" * 12, "c" * 12]),
        "a setting": "SECRET_KEY" + "=" + "k" * 40,
    }
    assert {kind for kind, words in made.items() if re.search(SECRETS[kind], words)} == {*SECRETS}


# --- what must happen ---


def files_of_the_server(folder: Path) -> list[str]:
    """Addresses that would be files of the server, if any address were."""
    up = ("..", "%2e%2e", "..%2f..", "%252e%252e", "..\\..")
    inside = [f"/static/{way}/{end}" for way in up for end in ("settings.py", "media/kept.txt")]
    return [
        "/media/kept.txt", "/kept.txt", "/secret.key", "/exchange.sqlite3", "/erased.jsonl",
        "/mail/", "/.git/config", "/.env", "/static/", f"/static/{folder}/kept.txt",
        f"/static//{folder}/kept.txt", *inside,
    ]  # fmt: skip


def test_no_address_leads_into_the_folder_of_the_site(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    """D-25: what lies in EXCHANGE_HOME has no address; one that guesses is not found."""
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    for folder in (tmp_path, tmp_path / "media"):
        folder.mkdir(exist_ok=True)
        (folder / "kept.txt").write_text("kept")
    tried = files_of_the_server(tmp_path)
    got = {path: client.get(path) for path in tried}
    assert {path: answer.status_code for path, answer in got.items()} == dict.fromkeys(tried, 404)


def rights() -> dict[str, set[tuple[Any, ...]]]:
    """Who may what, as rows: accounts, confirmed ties, roles, members, releases, desks."""
    return {
        "accounts": set(
            Person.objects.values_list("pk", "email", "password", "is_active", "is_site_admin")
        ),
        "ties": set(
            Affiliation.objects.filter(confirmed_at__isnull=False, ended_on=None).values_list(
                "person", "school", "job", "is_link"
            )
        ),
        "roles": set(RoleAssignment.objects.values_list("pk", "person", "network", "role")),
        "members": set(Membership.objects.values_list("network", "school", "status")),
        "releases": set(Release.objects.values_list("pk", "audience", "agreed_by", "withdrawn_by")),
        "desks": set(Facilitating.objects.values_list("run", "person")),
    }


def everything_at_once() -> dict[str, str]:
    """A form with every field of every table of ours, each with a value that somebody would like."""
    words = {
        field.name: "1"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.concrete_fields
    }
    flags = {word: "on" for word in words if word.startswith("is_")}
    return words | flags | {
        "email": "thief@example.org", "role": "co_leader", "status": "joined", "job": "headteacher",
        "audience": "public", "is_staff": "on", "is_superuser": "on",
    }  # fmt: skip


@pytest.mark.parametrize("who", ["cy", "dot"])
def test_posting_every_field_there_is_gives_nobody_a_right(world: World, who: str) -> None:
    """D-4: a teacher of Harbour and a co-leader of another network post every field to every address
    of Harbour; what they may press changes only what it says."""
    harbour = world.cast.harbour
    client, words, before, gained = world.client(who), everything_at_once(), rights(), []
    taken = 0
    runs = Run.objects.order_by("pk").values_list("pk", "network", "facilitator")
    held = list(runs)
    for address in names():
        if address in STREAMS:
            continue
        with transaction.atomic():
            status = client.post(addresses(world, address)[0], words).status_code
            if status == 405:
                continue
            taken += status == 302
            after = rights()
            new = {kind: after[kind] - before[kind] for kind in before}
            # whoever may found a network leads that one: not the networks there are
            new["roles"] = {row for row in new["roles"] if row[2] in (None, harbour.pk)}
            if any(new.values()) or list(runs)[: len(held)] != held:
                gained.append(f"{address}: {new}")
            transaction.set_rollback(True)
    assert gained == []
    assert taken > 10  # many of these forms took what they ask for


def test_words_that_no_page_asks_for_change_no_answer(world: World) -> None:
    """D-26: names of hidden fields and pieces of SQL in the address of a list are passed over."""
    harbour = world.cast.harbour.pk
    probes = {
        "person__password__startswith": "argon2", "author__email": "x", "o": "-1", "sort": "password",
        "order_by": "1;SELECT pg_sleep(9)--", "filter": "' OR '1'='1", "network__in": "1,2,3",
    }  # fmt: skip
    client = world.client("cy")
    lists = [
        reverse("networks"), reverse("activities"), reverse("schools"), reverse("learning"),
        *(reverse(which, args=[harbour]) for which in ("network", "network_schools",
          "network_people", "network_messages", "network_meetings")),
    ]  # fmt: skip
    told = []
    for path in lists:
        plain, probed = client.get(path), client.get(path, probes)
        seen = [re.sub(r"nonce=\S+|value=\"[\w-]{20,}\"|\?[^\"']*", "", one.content.decode())
                for one in (plain, probed)]  # fmt: skip
        if (plain.status_code, probed.status_code) != (200, 200) or seen[0] != seen[1]:
            told.append(path)
    assert told == []


@pytest.mark.parametrize("who", ["ada", "max"])
def test_where_rights_cannot_be_looked_up_nobody_is_let_in(world: World, who: str) -> None:
    """D-38: the table of roles is away; the answer is a fault with a reference and nothing else."""
    harbour = world.cast.harbour
    client = world.client(who)
    client.raise_request_exception = False
    asked = [("get", "network"), ("get", "invitations"), ("post", "network_change")]
    for method, address in asked:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE directory_roleassignment RENAME TO gone")
            answer = getattr(client, method)(reverse(address, args=[harbour.pk]), {"name": "Taken"})
            transaction.set_rollback(True)
        page = answer.content.decode()
        assert (answer.status_code, harbour.name in page, "gone" in page) == (500, False, False)
    harbour.refresh_from_db()
    assert harbour.name != "Taken"
