"""Networks, their people and releases; invitations; one's account. Full paths, nouns only."""

from django.urls import path

from exchange.directory import (
    account_views,
    founding_views,
    list_views,
    message_views,
    network_views,
    people_views,
    question_views,
    release_views,
    subject_views,
)

urlpatterns = [
    path("networks/", network_views.networks, name="networks"),
    path("networks/new/", founding_views.network_new, name="network_new"),
    path("networks/new/schools/", founding_views.network_new_schools, name="network_new_schools"),
    path("networks/new/check/", founding_views.network_new_check, name="network_new_check"),
    path("networks/<int:pk>/", network_views.network, name="network"),
    path("networks/<int:pk>/change/", network_views.network_change, name="network_change"),
    path("networks/<int:pk>/schools/", network_views.network_schools, name="network_schools"),
    path(
        "networks/<int:pk>/schools.<slug:form>",
        list_views.network_schools_file,
        name="network_schools_file",
    ),
    path("networks/<int:pk>/schools/<int:member>/", network_views.membership, name="membership"),
    path(
        "networks/<int:pk>/schools/<int:member>/commitment/",
        network_views.membership_commitment,
        name="membership_commitment",
    ),
    path(
        "networks/<int:pk>/schools/<int:member>/departure/",
        network_views.membership_departure,
        name="membership_departure",
    ),
    path("networks/<int:pk>/people/", people_views.network_people, name="network_people"),
    path(
        "networks/<int:pk>/people.<slug:form>",
        list_views.network_people_file,
        name="network_people_file",
    ),
    path("networks/<int:pk>/roles/", people_views.roles, name="roles"),
    path("networks/<int:pk>/roles/<int:role>/end/", people_views.role_end, name="role_end"),
    path("networks/<int:pk>/invitations/", people_views.invitations, name="invitations"),
    path(
        "networks/<int:pk>/invitations/<int:letter>/letter/",
        people_views.invitation_letter,
        name="invitation_letter",
    ),
    path(
        "networks/<int:pk>/invitations/<int:letter>/cancellation/",
        people_views.invitation_cancellation,
        name="invitation_cancellation",
    ),
    path("networks/<int:pk>/messages/", message_views.network_messages, name="network_messages"),
    path("networks/<int:pk>/messages/<int:message>/", message_views.message, name="message"),
    path(
        "networks/<int:pk>/messages/<int:message>/retraction/",
        message_views.message_retraction,
        name="message_retraction",
    ),
    path("networks/<int:pk>/mail/", message_views.network_mail, name="network_mail"),
    path("mail/<str:token>/", message_views.mail_choice, name="mail_choice"),
    path("networks/<int:pk>/releases/", release_views.releases, name="releases"),
    path("releases/<int:pk>/agreement/", release_views.release_agreement, name="release_agreement"),
    path("releases/<int:pk>/refusal/", release_views.release_refusal, name="release_refusal"),
    path(
        "releases/<int:pk>/withdrawal/",
        release_views.release_withdrawal,
        name="release_withdrawal",
    ),
    path(
        "memberships/<int:pk>/agreement/",
        network_views.membership_agreement,
        name="membership_agreement",
    ),
    path(
        "memberships/<int:pk>/refusal/",
        network_views.membership_refusal,
        name="membership_refusal",
    ),
    path("ties/<int:pk>/confirmation/", people_views.tie_confirmation, name="tie_confirmation"),
    path("ties/<int:pk>/end/", people_views.tie_end, name="tie_end"),
    path("ties/<int:pk>/link/", people_views.tie_link, name="tie_link"),
    path("invitations/<slug:token>/", account_views.invitation, name="invitation"),
    path("account/", account_views.account, name="account"),
    path("about/questions/", question_views.question_new, name="question_new"),
    path("about/questions/list/", question_views.questions, name="questions"),
    path(
        "about/questions/<int:pk>/answer/", question_views.question_answer, name="question_answer"
    ),
    path("account/data/", subject_views.my_data, name="my_data"),
    path("account/data/copy/", subject_views.my_data_copy, name="my_data_copy"),
    path("account/data/events/", subject_views.my_events, name="my_events"),
    path("account/data/erasure/", subject_views.my_erasure, name="my_erasure"),
    path("account/voices/<int:pk>/note/", account_views.voice_note, name="voice_note"),
    path("account/steps/<slug:key>/aside/", account_views.step_aside, name="step_aside"),
    path("account/schools/", account_views.account_schools, name="account_schools"),
]
