"""The verbs of the directory, by noun. Each is one transaction with its rule line first.

What the person may not do raises PermissionDenied; what cannot be done raises ValidationError
with a sentence for the page. Nothing is half done: either the whole verb or nothing.
"""

from exchange.directory.actions.addresses import (
    ask_address_change,
    change_address,
    find_address_change,
)
from exchange.directory.actions.erasure import (
    erase_person,
    export_person,
    left_without_co_leader,
)
from exchange.directory.actions.invitations import (
    accept_invitation,
    cancel_invitation,
    find_invitation,
    invite,
    resend_invitation,
    why_void,
)
from exchange.directory.actions.messages import choose_mail, send_message, take_back_message
from exchange.directory.actions.networks import (
    add_schools,
    agree_membership,
    change_membership,
    change_network,
    decline_membership,
    end_membership,
    found_network,
    record_commitment,
)
from exchange.directory.actions.people import (
    appoint,
    ask_tie,
    change_name,
    confirm_tie,
    end_role,
    end_tie,
    set_link,
)
from exchange.directory.actions.questions import answer_question, ask_question
from exchange.directory.actions.releases import (
    agree_release,
    ask_release,
    decline_release,
    is_released,
    on_released,
    on_withdrawn,
    withdraw_release,
)
from exchange.directory.actions.single_sign_on import untie_sign_on
from exchange.directory.actions.steps import put_step_aside
from exchange.directory.actions.visits import end_other_visits, end_visit
from exchange.directory.actions.voices import note_voice

__all__ = [
    "accept_invitation",
    "add_schools",
    "agree_membership",
    "agree_release",
    "answer_question",
    "appoint",
    "ask_address_change",
    "ask_question",
    "ask_release",
    "ask_tie",
    "cancel_invitation",
    "change_address",
    "change_membership",
    "change_name",
    "change_network",
    "choose_mail",
    "confirm_tie",
    "decline_membership",
    "decline_release",
    "end_membership",
    "end_other_visits",
    "end_role",
    "end_tie",
    "end_visit",
    "erase_person",
    "export_person",
    "find_address_change",
    "find_invitation",
    "found_network",
    "invite",
    "is_released",
    "left_without_co_leader",
    "note_voice",
    "on_released",
    "on_withdrawn",
    "put_step_aside",
    "record_commitment",
    "resend_invitation",
    "send_message",
    "set_link",
    "take_back_message",
    "untie_sign_on",
    "why_void",
    "withdraw_release",
]
