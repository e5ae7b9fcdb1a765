"""`exchange doctor` says what is wrong and what to do; 0 when all is fine, else 1."""

import socket
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from exchange.__main__ import main
from exchange.core import serving
from exchange.core.models import ChoreDone
from exchange.core.tests.mail_server import mail_server
from exchange.site.doctor import examined

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sound(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house in which all is well."""
    monkeypatch.delenv("EXCHANGE_BACKUP_PASSPHRASE_FILE", raising=False)
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir(mode=0o700)
    ChoreDone.objects.create(name="backup", at=timezone.now())
    return settings.HOME


def amiss() -> list[tuple[str, str, str]]:
    """What is not fine, with the first words of each."""
    return [
        (line.what, line.state, " ".join(line.says.split()[:4]))
        for line in examined()
        if line.state != "fine"
    ]


def test_a_sound_house(capsys: Any) -> None:
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines[:-2]} == {"ok"}
    assert lines[-2:] == ["", "All is fine."]


def test_what_is_wrong_is_counted(sound: Path, capsys: Any) -> None:
    ChoreDone.objects.all().delete()
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "look   backup" in said
    assert said.endswith("\n1 to look at.\n")


def test_what_lies_about(sound: Path, monkeypatch: Any, tmp_path: Path) -> None:
    sound.chmod(0o755)
    (sound / "exchange.sqlite3.restoring").touch()
    monkeypatch.setenv("EXCHANGE_BACKUP_PASSPHRASE_FILE", str(tmp_path / "none"))
    assert amiss() == [
        ("files", "amiss", f"{sound} may be read"),
        ("restore", "amiss", "One was ended in"),
    ]
    says = next(line.says for line in examined() if line.what == "files")
    assert f"chmod o-rwx {sound}" in says
    assert f"The passphrase of backups is not there: {tmp_path / 'none'}" in says


def test_settings_of_a_real_place(settings: Any) -> None:
    settings.BASE_URL, settings.HTTPS = "https://learning.example.org", True
    found = [line for line in amiss() if line[0] == "settings"]
    assert found[0] == ("settings", "amiss", "EXCHANGE_PRODUCTION is not set;")
    assert ("settings", "wrong", "BASE_URL names learning.example.org, which") in found


def test_content_that_cannot_be_read(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "activity.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "odd.yaml").write_text("kind: dance\n")
    settings.ACTIVITY_DIRS, settings.CONTENT_DIRS = [tmp_path], [tmp_path]
    assert amiss() == [
        ("packs", "wrong", f"{tmp_path / 'odd.yaml'}: `key` should be"),
        ("activities", "wrong", "One cannot be read"),
    ]


def test_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL, settings.EMAIL_USE_TLS = "smtp://127.0.0.1", False
    settings.EMAIL_HOST = "127.0.0.1"
    with mail_server() as post:
        settings.EMAIL_PORT = post.port
        assert amiss() == []
        assert post.letters == []
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = nobody.getsockname()[1]
        assert amiss() == [("mail", "wrong", "The mail server does")]


def test_whether_the_server_runs() -> None:
    def said() -> str:
        return next(line.says for line in examined() if line.what == "server")

    with serving.together():
        assert said() == "It runs."
    assert said() == "It does not run now."
