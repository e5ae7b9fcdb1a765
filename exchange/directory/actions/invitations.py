"""Letters that let one address in, once.

Only the SHA-256 of a token is kept (D-14); the token itself stands in the e-mail alone.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from exchange.core import outbox
from exchange.core.models import Letter
from exchange.core.permission import require
from exchange.directory import rules
from exchange.directory.actions.pace import check_pace
from exchange.directory.actions.voices import tell_voices
from exchange.directory.models import (
    Affiliation,
    Invitation,
    Membership,
    Network,
    Person,
    RoleAssignment,
    School,
)
from exchange.directory.models.events import record
from exchange.directory.models.people import NETWORK_ROLES

LIFE = timedelta(days=14)
PER_HOUR = 20
POST = "invitation"


def hashed(token: str) -> str:
    """What is kept of a token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_invitation(token: str) -> Invitation | None:
    """The letter this token opens, whatever has become of it; None if there is none."""
    return (
        Invitation.objects.select_related("network", "school", "invited_by")
        .filter(token_hash=hashed(token))
        .first()
    )


def address_of(token: str) -> str:
    """Where a letter leads."""
    return f"{settings.BASE_URL}/invitations/{token}/"


def post_letter(letter: Invitation, token: str) -> None:
    """Put the letter into the outbox, in place of one that has not been sent yet."""
    words = {"letter": letter, "url": address_of(token), "home": f"{settings.BASE_URL}/"}
    mail = EmailMultiAlternatives(
        subject=render_to_string("directory/mail/invitation_subject.txt", words),
        body=render_to_string("directory/mail/invitation.txt", words),
        to=[letter.email],
    )
    mail.attach_alternative(render_to_string("directory/mail/invitation.html", words), "text/html")
    outbox.withdraw(POST, letter.pk)
    outbox.post(mail, kind=POST, about=letter.pk)


def is_wanted(waiting: Letter) -> bool:
    """Whether a letter in the outbox still opens something."""
    invitation = Invitation.objects.filter(pk=waiting.about).first()
    return invitation is not None and not why_void(invitation)


outbox.wanted[POST] = is_wanted


def write_letter(
    network: Network | None,
    *,
    by: Person | None,
    email: str,
    name: str = "",
    role: str = "",
    school: School | None = None,
    job: str = "",
    is_link: bool = False,
    is_site_admin: bool = False,
    post: bool = True,
) -> tuple[Invitation, str]:
    """Write or renew the one letter of this address and network, and put it into the outbox.

    For actions that have checked their rule; returns the letter and its token.
    """
    if by is not None:
        check_pace(
            by,
            "invite",
            PER_HOUR,
            _("You sent %(count)d invitations within an hour. Please go on later."),
        )
    email, token = email.strip().lower(), secrets.token_urlsafe(32)
    if network is not None:
        Network.objects.select_for_update().get(pk=network.pk)
    letter = Invitation.objects.pending().filter(email__iexact=email, network=network).first()
    letter = letter or Invitation(network=network, email=email)
    letter.name, letter.role, letter.school, letter.job = name, role, school, job
    letter.is_link, letter.is_site_admin, letter.invited_by = is_link, is_site_admin, by
    letter.token_hash, letter.sent_at, letter.expires_at = (
        hashed(token),
        timezone.now(),
        timezone.now() + LIFE,
    )
    letter.save()
    record(by, "invite", letter, network=network, role=role)
    if post:
        post_letter(letter, token)
    return letter, token


@transaction.atomic
def invite(
    network: Network,
    *,
    by: Person,
    email: str,
    name: str = "",
    role: str = "",
    school: School | None = None,
    job: str = "",
    is_link: bool = False,
) -> Invitation:
    """Invite one address into a network: with a role, or as one of a school's people, or both.

    Inviting an address again renews its letter and ends the old link. Nothing tells whether the
    address already has an account. ValidationError: neither role nor school, a school that is
    not a member, more than 20 letters within an hour.
    """
    require(rules.may_invite(by, network), _("Only its co-leaders invite people to a network."))
    if role and role not in NETWORK_ROLES:
        raise ValidationError({"role": _("This is not a role of a network.")})
    if not role and school is None:
        raise ValidationError(_("Choose a role, a school, or both."))
    if email.strip().lower() == by.email.lower():
        raise ValidationError({"email": _("This is your own address.")})
    if school is not None:
        members = Membership.objects.current().filter(network=network, school=school)
        if not members.exists():
            raise ValidationError({"school": _("Choose a member school of this network.")})
        job = job or Affiliation.Job.TEACHER
    else:
        job, is_link = "", False
    letter, _token = write_letter(
        network, by=by, email=email, name=name, role=role, school=school, job=job, is_link=is_link
    )
    return letter


def locked(invitation: Invitation) -> Invitation:
    """The newest state of the row, held until the transaction ends."""
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("network", "school", "invited_by")
        .get(pk=invitation.pk)
    )


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: Person) -> Invitation:
    """Send the letter again with a new link and 14 more days; the old link ends."""
    invitation = locked(invitation)
    network = invitation.network
    require(
        network is not None and rules.may_invite(by, network),
        _("Only its co-leaders invite people to a network."),
    )
    if invitation.accepted_at or invitation.cancelled_at:
        raise ValidationError(_("This invitation has been used or cancelled."))
    letter, _token = write_letter(
        network,
        by=by,
        email=invitation.email,
        name=invitation.name,
        role=invitation.role,
        school=invitation.school,
        job=invitation.job,
        is_link=invitation.is_link,
    )
    return letter


@transaction.atomic
def cancel_invitation(invitation: Invitation, *, by: Person) -> Invitation:
    """Take a letter back; its link then opens nothing."""
    invitation = locked(invitation)
    network = invitation.network
    require(
        network is not None and rules.may_invite(by, network),
        _("Only its co-leaders cancel an invitation."),
    )
    if invitation.accepted_at or invitation.cancelled_at:
        raise ValidationError(_("This invitation has been used or cancelled."))
    invitation.cancelled_at, invitation.cancelled_by = timezone.now(), by
    invitation.save(update_fields=["cancelled_at", "cancelled_by"])
    outbox.withdraw(POST, invitation.pk)
    record(by, "cancel_invitation", invitation, network=network)
    return invitation


def why_void(invitation: Invitation) -> str:
    """Why this letter opens nothing (any more), in a sentence; "" while it does."""
    network, inviter = invitation.network, invitation.invited_by
    if not invitation.is_open:
        return _("This invitation has been used, cancelled or has run out.")
    if network and inviter and not rules.may_invite(inviter, network):
        return _(
            "Who invited you no longer leads this network. Ask its co-leaders for a new letter."
        )
    return ""


def newcomer(invitation: Invitation, name: str, password: str) -> Person:
    """Make the account of an address that has none; ValidationError when it has, or bad words."""
    if Person.objects.filter(email__iexact=invitation.email).exists():
        raise ValidationError(
            _("This address has an account. Sign in, then open the letter again.")
        )
    if not name:
        raise ValidationError({"name": _("Write your name.")})
    try:
        validate_password(password, Person(email=invitation.email, name=name))
    except ValidationError as wrong:
        raise ValidationError({"password": wrong.messages}) from None
    return Person.objects.create_user(invitation.email, password, name)


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, by: Person | None, name: str = "", password: str = ""
) -> Person:
    """Take up a letter: as the signed-in person `by`, or as a newcomer with name and password.

    Returns the person. PermissionDenied: signed in with another address. ValidationError("gone"):
    used, cancelled, expired, or written by somebody who no longer may; others name their field.
    """
    invitation = locked(invitation)
    require(
        by is None or (by.is_active and by.email.lower() == invitation.email.lower()),
        _("This invitation was written to another address than the one you signed in with."),
    )
    if void := why_void(invitation):
        raise ValidationError(void, "gone")
    person = by or newcomer(invitation, name, password)
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    grant(invitation, person)
    record(person, "accept_invitation", invitation, network=invitation.network)
    person.forget_rights()
    return person


def grant(invitation: Invitation, person: Person) -> None:
    """Give what the letter promised and the person does not have yet."""
    network, inviter = invitation.network, invitation.invited_by
    if invitation.is_site_admin and not person.is_site_admin:
        person.is_site_admin = True
        person.save(update_fields=["is_site_admin"])
    if invitation.role:
        held = RoleAssignment.objects.current().filter(
            person=person, role=invitation.role, network=network
        )
        if not held.exists():
            RoleAssignment.objects.create(
                person=person, role=invitation.role, network=network, appointed_by=inviter
            )
    if invitation.school is None:
        return
    if network is None:  # by the site's own letter, which only the command line writes
        confirm_by_site(person, invitation.school, invitation.job)
        return
    # Confirmed only while the school is still a member: else the tie waits like any other.
    member = Membership.objects.current().filter(network=network, school=invitation.school).exists()
    tie = Affiliation.objects.current().filter(person=person, school=invitation.school).first()
    if tie is None:
        tie = Affiliation(person=person, school=invitation.school, job=invitation.job)
    spoke = bool(tie.confirmed_at) and tie.speaks
    if member and not tie.confirmed_at:
        tie.job, tie.confirmed_at, tie.confirmed_by = invitation.job, timezone.now(), inviter
    if member and invitation.is_link:
        tie.is_link = True
    tie.save()
    if tie.confirmed_at and tie.speaks and not spoke:
        tell_voices(tie, by=inviter)


def confirm_by_site(person: Person, school: School, job: str) -> bool:
    """Confirm on the site's word that somebody works at a school; the event has no actor.

    For the first person of a school, whom nobody could confirm; only the command line asks for it.
    Returns whether there was anything to confirm.
    """
    tie = Affiliation.objects.current().filter(person=person, school=school).first()
    tie = tie or Affiliation(person=person, school=school)
    if tie.confirmed_at:
        return False
    tie.job, tie.confirmed_at = job, timezone.now()
    tie.save()
    record(None, "confirm_tie", tie, school=school.pk)
    if tie.speaks:
        tell_voices(tie, by=None)
    person.forget_rights()
    return True
