"""Who looks at the pages that are photographed: people of the demo, each with their cookies."""

from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from exchange.directory.actions import ask_question
from exchange.directory.models import Person


@dataclass(frozen=True)
class Who:
    """A visitor: the cookies that make one who one is."""

    key: str
    cookie: tuple[tuple[str, str], ...] = ()

    @property
    def cookies(self) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in self.cookie]


def signed_in(key: str) -> Who:
    """This person of the demo, with a session."""
    return visitor(key, Person.objects.get(email=f"{key}@example.org"))


def visitor(key: str, person: Person) -> Who:
    """Somebody with a session of their own."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return carrying(client, key)


def carrying(client: Client, key: str) -> Who:
    name = settings.SESSION_COOKIE_NAME
    return Who(key, ((name, client.cookies[name].value),))


def contact() -> Who:
    """The data-protection contact of the site, with questions to answer."""
    email = settings.PRIVACY_CONTACT
    if not Person.objects.filter(email=email).exists():
        Person.objects.create_user(email, None, "Iris")
        words = "What do you keep of me since the session in May?"
        ask_question(by=None, kind="copy", text=words, address="parent@example.org")
    return visitor("contact", Person.objects.get(email=email))
