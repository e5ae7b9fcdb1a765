"""The request one actually has: behind `login_required` the user is a Person."""

from django.http import HttpRequest

from exchange.directory.models import Person


class SignedIn(HttpRequest):
    """A request of somebody signed in; for the annotations of views under `login_required`."""

    user: Person
