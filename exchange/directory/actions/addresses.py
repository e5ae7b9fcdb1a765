"""Another e-mail address for an account: proved by a letter to it, told to the old one."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.core.permission import require
from exchange.directory.actions.invitations import POST as INVITATION
from exchange.directory.actions.invitations import hashed
from exchange.directory.actions.pace import hold
from exchange.directory.models import AddressChange, Invitation, Person, Visit
from exchange.directory.models.events import record

LIFE = timedelta(days=1)
PER_HOUR = 5


def post(kind: str, to: str, **words: Any) -> None:
    """Put a letter about an address into the outbox; `kind` names its templates."""
    given = {
        "home": f"{settings.BASE_URL}/",
        "contact": settings.DEFAULT_FROM_EMAIL,
        "days": LIFE.days,
        **words,
    }
    place = f"directory/mail/{kind}"
    mail = EmailMultiAlternatives(
        subject=render_to_string(f"{place}_subject.txt", given),
        body=render_to_string(f"{place}.txt", given),
        to=[to],
    )
    mail.attach_alternative(render_to_string(f"{place}.html", given), "text/html")
    outbox.post(mail, kind=kind)


def check_pace(person: Person, email: str) -> None:
    """At most five letters an hour from one person, and to one address, whoever asks."""
    lately = AddressChange.objects.filter(asked_at__gt=timezone.now() - timedelta(hours=1))
    if max(lately.filter(person=person).count(), lately.filter(email=email).count()) >= PER_HOUR:
        raise ValidationError(
            _("That was asked several times within an hour. Please go on later."), code="too_many"
        )


@transaction.atomic
def ask_address_change(person: Person, *, by: Person, email: str) -> AddressChange:
    """Ask that an account have another address. Nothing changes before the letter sent there was
    answered. The old address is told at once.

    Whether the new one has an account already is told in the letter to it and nowhere else.
    ValidationError: one's own address; more than five within an hour.
    """
    require(person.pk == by.pk, _("Only you change your address."))
    email, token = email.strip().lower(), secrets.token_urlsafe(32)
    hold(by)
    person = Person.objects.get(pk=person.pk)
    if email == person.email.lower():
        raise ValidationError({"email": _("This is your present address.")})
    check_pace(person, email)
    now = timezone.now()
    person.address_changes.waiting().update(cancelled_at=now)
    change = AddressChange.objects.create(
        person=person, email=email, token_hash=hashed(token), expires_at=now + LIFE
    )
    record(by, "ask_address_change", person)
    if Person.objects.filter(email__iexact=email).exists():
        post("address_taken", email)
    else:
        url = settings.BASE_URL + reverse("address_change", args=[token])
        post("address_proof", email, url=url, name=person.name)
    post("address_asked", person.email)
    return change


def find_address_change(token: str, person: object) -> AddressChange | None:
    """What this token of a letter changes, if it is this person's and still open."""
    rows = AddressChange.objects.visible_to(person).waiting()
    return rows.filter(token_hash=hashed(token)).first()


@transaction.atomic
def change_address(change: AddressChange, *, by: Person, here: str = "") -> Person:
    """Take the new address. Whatever was sent to the old one opens nothing any more: links for a
    new password, invitations, letters on their way; and every other session ends but the one whose
    key has the hash `here`.

    ValidationError: used, replaced, too old, or taken by another account meanwhile.
    """
    require(change.person_id == by.pk, _("Only you change your address."))
    person = Person.objects.select_for_update().get(pk=by.pk)
    if not AddressChange.objects.waiting().filter(pk=change.pk).exists():
        raise ValidationError(_("This link has been used or is too old. Ask for a new letter."))
    old, person.email = person.email, change.email
    try:
        with transaction.atomic():
            person.save(update_fields=["email"])
    except IntegrityError:
        raise ValidationError(_("Another account has this address now.")) from None
    now = timezone.now()
    AddressChange.objects.filter(pk=change.pk).update(done_at=now)
    EmailAddress.objects.filter(user=person).delete()  # allauth's copies of the old one
    letters = Invitation.objects.pending().filter(email__iexact=old)
    for letter in letters:
        outbox.withdraw(INVITATION, letter.pk)
    letters.update(cancelled_at=now, cancelled_by=by)
    Letter.objects.waiting().filter(reader=person.pk).delete()
    record(by, "change_address", person)
    Visit.objects.filter(person=person).exclude(key_hash=here).delete()
    post("address_changed", old)
    by.email = person.email
    return person
