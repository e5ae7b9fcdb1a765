"""Who may do what with meetings."""

from exchange.directory import rules as directory
from exchange.directory.models import Network, Person
from exchange.live import rules as live
from exchange.meetings.models import Meeting, Point


def may_call(person: Person, network: Network) -> bool:
    """Who may hold a session in a network may call a meeting of it."""
    return person.is_active and live.may_start_run(person, network)


def may_lead(person: Person, meeting: Meeting) -> bool:
    """Who called it, as long as they may call one, and the network's co-leaders."""
    leads = directory.is_co_leader(person, meeting.network)
    return leads or (meeting.called_by_id == person.pk and may_call(person, meeting.network))


def may_take_part(person: Person, meeting: Meeting) -> bool:
    """The people of the network, invited or not."""
    return directory.is_member(person, meeting.network)


def may_settle(person: Person, point: Point) -> bool:
    """Whoever undertook it, wrote it down, or leads the meeting."""
    own = person.pk in (point.owner_id, point.written_by_id)
    return may_lead(person, point.meeting) or (own and may_take_part(person, point.meeting))
