"""Live activities. A run has a permanent id; its code only joins."""

from django.urls import path

from exchange.live import (
    admission_views,
    claim_views,
    desk_views,
    export_views,
    facilitator_views,
    finding_views,
    learning_views,
    paper_views,
    rejoin_views,
    run_views,
    seat_views,
    typed_views,
)

urlpatterns = [
    # Joining: no account
    path("join/", seat_views.join, name="join"),
    path("join/t/<str:token>/", seat_views.join_token, name="join_token"),
    path("join/<str:code>/", seat_views.join_code, name="join_code"),
    path("rejoin/", rejoin_views.rejoining, name="rejoin"),
    # What one learnt: one's own record
    path("account/learning/", learning_views.learning, name="learning"),
    path("account/learning/print/", learning_views.learning_print, name="learning_print"),
    path("account/learning/<int:run_id>/", learning_views.learning_note, name="learning_note"),
    path("keep/", claim_views.claims, name="claims"),
    path("account/learning.pdf", learning_views.learning_paper, name="learning_paper"),
    path("account/learning.<slug:form>", learning_views.learning_file, name="learning_file"),
    # Activities
    path("activities/", run_views.activity_list, name="activities"),
    path("activities/<slug:key>/", run_views.activity, name="activity"),
    path(
        "activities/<slug:key>/paper/<slug:paper_key>.pdf",
        paper_views.activity_paper,
        name="activity_paper",
    ),
    path("activities/<slug:key>/trials/", run_views.run_trial, name="run_trial"),
    path("activities/<slug:key>/runs/new/", run_views.run_new, name="run_new"),
    # One run: its record
    path("runs/<int:run_id>/", run_views.run, name="run"),
    path("runs/<int:run_id>/setup/", run_views.run_setup, name="run_setup"),
    path("runs/<int:run_id>/copy/", run_views.run_copy, name="run_copy"),
    path("runs/<int:run_id>/print/", run_views.run_print, name="run_print"),
    # One run: on paper
    path("runs/<int:run_id>/paper/<slug:paper_key>.pdf", paper_views.run_paper, name="run_paper"),
    path(
        "runs/<int:run_id>/report/<slug:paper_key>.pdf", paper_views.run_report, name="run_report"
    ),
    # One run: typing in what was written on paper
    path("runs/<int:run_id>/typing/", typed_views.run_typing, name="run_typing"),
    path(
        "runs/<int:run_id>/typing/tables/<int:number>/",
        typed_views.typing_table,
        name="typing_table",
    ),
    path(
        "runs/<int:run_id>/typing/tables/<int:number>/removal/",
        typed_views.typing_table_removal,
        name="typing_table_removal",
    ),
    path("runs/<int:run_id>/typing/room/", typed_views.typing_room, name="typing_room"),
    path("runs/<int:run_id>/typing/record/", typed_views.typing_record, name="typing_record"),
    path("runs/<int:run_id>/typing/removal/", typed_views.typing_removal, name="typing_removal"),
    # One run: files to take away
    path("runs/<int:run_id>/result.json", export_views.run_json, name="run_json"),
    path("runs/<int:run_id>/result.xlsx", export_views.run_workbook, name="run_workbook"),
    path(
        "runs/<int:run_id>/tables/<slug:table>.<slug:form>",
        export_views.run_table,
        name="run_table",
    ),
    path(
        "runs/<int:run_id>/pictures/<slug:picture>.svg",
        export_views.run_picture,
        name="run_picture",
    ),
    # The phone
    path("runs/<int:run_id>/board/", seat_views.board, name="board"),
    path("runs/<int:run_id>/board/view/", seat_views.board_view, name="board_view"),
    path("runs/<int:run_id>/board/moves/", seat_views.board_moves, name="board_moves"),
    path("runs/<int:run_id>/board/stream/", seat_views.board_stream, name="board_stream"),
    path(
        "runs/<int:run_id>/board/ballots/<slug:question>/",
        seat_views.board_ballot,
        name="board_ballot",
    ),
    path("runs/<int:run_id>/board/codes/", rejoin_views.board_codes, name="board_codes"),
    path("runs/<int:run_id>/board/claim/", claim_views.board_claim, name="board_claim"),
    path(
        "runs/<int:run_id>/board/claim/codes/",
        claim_views.board_claim_codes,
        name="board_claim_codes",
    ),
    # The desk
    path("runs/<int:run_id>/desk/", desk_views.desk, name="desk"),
    path("runs/<int:run_id>/desk/view/", desk_views.desk_view, name="desk_view"),
    path("runs/<int:run_id>/desk/people/", desk_views.desk_people, name="desk_people"),
    path("runs/<int:run_id>/desk/moves/", desk_views.desk_moves, name="desk_moves"),
    path("runs/<int:run_id>/desk/stream/", desk_views.desk_stream, name="desk_stream"),
    path("runs/<int:run_id>/notes/", desk_views.notes, name="run_notes"),
    path("runs/<int:run_id>/opening/", desk_views.opening, name="run_opening"),
    path("runs/<int:run_id>/closure/", desk_views.closure, name="run_closure"),
    path("runs/<int:run_id>/cancellation/", desk_views.cancellation, name="run_cancellation"),
    path("runs/<int:run_id>/door/", desk_views.door, name="run_door"),
    path("runs/<int:run_id>/door/watch/", admission_views.door_watch, name="run_door_watch"),
    path("runs/<int:run_id>/admissions/", admission_views.admissions, name="run_admissions"),
    path(
        "runs/<int:run_id>/seats/<slug:key>/admission/",
        admission_views.seat_admission,
        name="seat_admission",
    ),
    path(
        "runs/<int:run_id>/seats/<slug:key>/refusal/",
        admission_views.seat_refusal,
        name="seat_refusal",
    ),
    path("runs/<int:run_id>/seats/<slug:key>/label/", desk_views.seat_label, name="seat_label"),
    path("runs/<int:run_id>/seats/<slug:key>/codes/", rejoin_views.seat_codes, name="seat_codes"),
    path(
        "runs/<int:run_id>/seats/<slug:key>/removal/", desk_views.seat_removal, name="seat_removal"
    ),
    # Who else holds it
    path(
        "runs/<int:run_id>/facilitators/", facilitator_views.facilitators, name="run_facilitators"
    ),
    path(
        "runs/<int:run_id>/facilitators/<int:person_id>/end/",
        facilitator_views.facilitator_end,
        name="facilitator_end",
    ),
    path(
        "runs/<int:run_id>/facilitators/<int:person_id>/handover/",
        facilitator_views.handover,
        name="facilitator_handover",
    ),
    path("runs/<int:run_id>/desk/codes/", facilitator_views.desk_codes, name="desk_codes"),
    path("desks/", facilitator_views.desks, name="desks"),
    # The projector
    path("runs/<int:run_id>/screen/", desk_views.screen, name="screen"),
    path("runs/<int:run_id>/screen/view/", desk_views.screen_view, name="screen_view"),
    path("runs/<int:run_id>/screen/stream/", desk_views.screen_stream, name="screen_stream"),
    path("runs/<int:run_id>/screen/qr.svg", desk_views.qr, name="screen_qr"),
    # Findings
    path("findings/<int:finding_id>/", finding_views.finding, name="finding"),
    path(
        "findings/<int:finding_id>/releases/",
        finding_views.finding_releases,
        name="finding_releases",
    ),
]
