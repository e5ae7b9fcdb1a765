"""Meetings: their pages, the ways in by letter and code, calendars."""

from django.urls import path

from exchange.meetings import door_views, meeting_views

urlpatterns = [
    path("networks/<int:pk>/meetings/", meeting_views.network_meetings, name="network_meetings"),
    path("networks/<int:pk>/meetings/new/", meeting_views.meeting_new, name="meeting_new"),
    path("meetings/<int:pk>/", meeting_views.meeting, name="meeting"),
    path("meetings/<int:pk>/change/", meeting_views.meeting_change, name="meeting_change"),
    path("meetings/<int:pk>/answer/", meeting_views.meeting_answer, name="meeting_answer"),
    path("meetings/<int:pk>/agenda/", meeting_views.agenda, name="agenda"),
    path("meetings/<int:pk>/agenda/<int:item>/", meeting_views.agenda_item, name="agenda_item"),
    path(
        "meetings/<int:pk>/agenda/<int:item>/place/",
        meeting_views.agenda_place,
        name="agenda_place",
    ),
    path(
        "meetings/<int:pk>/agenda/<int:item>/removal/",
        meeting_views.agenda_removal,
        name="agenda_removal",
    ),
    path("meetings/<int:pk>/opening/", meeting_views.meeting_opening, name="meeting_opening"),
    path("meetings/<int:pk>/end/", meeting_views.meeting_end, name="meeting_end"),
    path(
        "meetings/<int:pk>/cancellation/",
        meeting_views.meeting_cancellation,
        name="meeting_cancellation",
    ),
    path("meetings/<int:pk>/points/", meeting_views.points, name="points"),
    path("meetings/<int:pk>/points/<int:point>/done/", meeting_views.point_done, name="point_done"),
    path(
        "meetings/<int:pk>/points/<int:point>/removal/",
        meeting_views.point_removal,
        name="point_removal",
    ),
    # In the room
    path("meetings/<int:pk>/screen/", door_views.meeting_screen, name="meeting_screen"),
    path("meetings/<int:pk>/screen/qr.svg", door_views.meeting_qr, name="meeting_qr"),
    path("meetings/door/<str:token>/", door_views.meeting_door, name="meeting_door"),
    # By letter: no sign-in
    path("meetings/letters/<str:token>/", door_views.meeting_letter, name="meeting_letter"),
    path(
        "meetings/letters/<str:token>/meeting.ics",
        door_views.meeting_letter_calendar,
        name="meeting_letter_calendar",
    ),
    # Calendars
    path("meetings/<int:pk>/meeting.ics", door_views.meeting_calendar, name="meeting_calendar"),
    path("calendar/", door_views.my_calendar, name="my_calendar"),
    path("calendar/feed/", door_views.calendar_feed, name="calendar_feed"),
    path("calendar/<str:token>.ics", door_views.calendar_file, name="calendar_file"),
]
