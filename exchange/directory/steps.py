"""What somebody new can do in five minutes: one first step at a time, on the home page.

Every floor fills `slots.first_steps`. A step says by itself whether it is open for this person, so
that it is gone when it is done; whoever does not want it puts it aside.
"""

from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.directory.models import (
    Invitation,
    Membership,
    Person,
    Role,
    RoleAssignment,
    StepAside,
)
from exchange.directory.slots import FirstStep, Step, first_steps


def first_step(person: Person) -> Step | None:
    """The first step that is open for this person and not put aside, in the order of rank."""
    aside = set(StepAside.objects.filter(person=person).values_list("step", flat=True))
    for offer in sorted(first_steps, key=lambda one: one.rank):
        if offer.key not in aside and (step := offer.find(person)):
            return step
    return None


def known_step(key: str) -> FirstStep | None:
    """The step of that key, or None."""
    return next((offer for offer in first_steps if offer.key == key), None)


def commitment(person: Person) -> Step | None:
    """Whoever speaks for a school writes down what it does in a network."""
    schools = person.spoken_school_ids()
    if not schools:
        return None
    member = (
        Membership.objects.current()
        .filter(school__in=schools, status=Membership.Status.JOINED, head_commitment="")
        .select_related("network", "school")
        .order_by("joined_on", "pk")
        .first()
    )
    if member is None:
        return None
    return Step(
        "commitment",
        _("Write down what %s does in %s") % (member.school, member.network),
        _("Two or three sentences. The other schools of the network read them, with your name."),
        reverse("membership_commitment", args=[member.network_id, member.pk]),
        _("Write our commitment"),
    )


def second_leader(person: Person) -> Step | None:
    """Whoever leads a network alone invites somebody to lead it with them."""
    led = [r.network_id for r in person.roles if r.role == Role.CO_LEADER and r.network_id]
    if not led:
        return None
    others = RoleAssignment.objects.current().filter(role=Role.CO_LEADER, network__in=led)
    asked = Invitation.objects.open().filter(role=Role.CO_LEADER, network__in=led)
    shared = set(others.exclude(person=person).values_list("network", flat=True))
    shared |= set(asked.values_list("network", flat=True))
    alone = next((network for network in led if network not in shared), None)
    if alone is None:
        return None
    return Step(
        "second_leader",
        _("Invite somebody to lead with you"),
        _(
            "A network that one person leads stops when that person is ill. All you need is an "
            "e-mail address."
        ),
        reverse("invitations", args=[alone]),
        _("Invite a second co-leader"),
    )  # fmt: skip
