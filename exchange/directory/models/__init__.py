"""The nouns of the directory, by file: schools, people, their visits, networks, messages, questions
about data, events and releases."""

from exchange.directory.models.addresses import AddressChange
from exchange.directory.models.events import Audience, Event, Release, Seal
from exchange.directory.models.messages import MailChoice, Message
from exchange.directory.models.networks import Membership, Network
from exchange.directory.models.people import (
    Affiliation,
    Invitation,
    NewVoice,
    Person,
    Role,
    RoleAssignment,
)
from exchange.directory.models.questions import Question
from exchange.directory.models.schools import (
    GroupLink,
    RegisterReading,
    School,
    SchoolGroup,
)
from exchange.directory.models.steps import StepAside
from exchange.directory.models.visits import Visit

__all__ = [
    "AddressChange",
    "Affiliation",
    "Audience",
    "Event",
    "GroupLink",
    "Invitation",
    "MailChoice",
    "Membership",
    "Message",
    "Network",
    "NewVoice",
    "Person",
    "Question",
    "RegisterReading",
    "Release",
    "Role",
    "RoleAssignment",
    "School",
    "SchoolGroup",
    "Seal",
    "StepAside",
    "Visit",
]
