"""Who may do what in the directory.

Short predicates on a person and a thing. They read what the person has cached for the request
(roles, ties, networks) and ask the database nothing else. Rank adds nothing: a site
administrator or the programme office reads no network for being that.
"""

from django.conf import settings

from exchange.directory.models import Affiliation, Network, Person, Role, RoleAssignment, School


def is_member(person: Person, network: Network) -> bool:
    """A current role in the network, or a confirmed tie to one of its schools."""
    return person.is_active and network.pk in person.network_ids


def is_co_leader(person: Person, network: Network) -> bool:
    return person.is_active and person.has_role(Role.CO_LEADER, network=network)


def may_read_network(person: Person, network: Network) -> bool:
    return is_member(person, network)


def may_found_network(person: Person) -> bool:
    """Anyone with a confirmed tie to a school, or the programme office alone (a setting)."""
    if not person.is_active:
        return False
    office = person.has_role(Role.PROGRAMME_OFFICE)
    return office if settings.FOUNDERS == "office" else office or bool(person.schools)


def may_change_network(person: Person, network: Network) -> bool:
    return is_co_leader(person, network)


def may_invite(person: Person, network: Network) -> bool:
    return is_co_leader(person, network)


def may_appoint(person: Person, network: Network) -> bool:
    return is_co_leader(person, network)


def may_end_role(person: Person, role: RoleAssignment) -> bool:
    """A co-leader of the role's network; and everybody may lay down their own role."""
    if role.person_id == person.pk:
        return person.is_active
    return person.is_active and any(
        held.role == Role.CO_LEADER and held.network_id == role.network_id
        for held in person.roles
        if held.network_id
    )


def speaks_for(person: Person, school: School) -> bool:
    """The school's head or link person, confirmed."""
    return person.is_active and school.pk in person.spoken_school_ids()


def may_look_after(person: Person, school: School) -> bool:
    """Co-leader of a network the school is in, or the school's head or link person."""
    return speaks_for(person, school) or (
        person.is_active and school.pk in person.co_led_school_ids
    )


def may_confirm_tie(person: Person, tie: Affiliation) -> bool:
    """Whoever looks after the school, but never for their own tie: that takes a second person."""
    return tie.person_id != person.pk and may_look_after(person, tie.school)


def may_end_tie(person: Person, tie: Affiliation) -> bool:
    return person.is_active and (tie.person_id == person.pk or may_look_after(person, tie.school))


def may_answer_for(person: Person, school: School) -> bool:
    """Whether this person may say that the school joins a network."""
    return may_look_after(person, school)


def may_end_membership(person: Person, network: Network, school: School) -> bool:
    """A co-leader of that network, or the school itself: nobody is kept in."""
    return is_co_leader(person, network) or speaks_for(person, school)


def answers_questions(person: Person) -> bool:
    """The data-protection contact of this site: whoever has the address of the setting."""
    return person.is_active and person.email.lower() == settings.PRIVACY_CONTACT.lower()


def may_ask_release(person: Person, network: Network) -> bool:
    return is_member(person, network)


def may_agree_release(person: Person, school: School) -> bool:
    """Only the school's own head or link person; a co-leader or an administrator does not count."""
    return speaks_for(person, school)


def must_have_second_step(person: Person) -> bool:
    """By a setting: nobody, all, or those who lead: site administrators, co-leaders and whoever
    holds a role of the programme."""
    if settings.SECOND_STEP == "leaders":
        leads = any(role.role == Role.CO_LEADER or not role.network_id for role in person.roles)
        return person.is_site_admin or leads
    return bool(settings.SECOND_STEP == "all")
