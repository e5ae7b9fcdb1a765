"""Addresses of the demonstration, below /demo/."""

from django.urls import path

from exchange.site import demo_views

urlpatterns = [
    path("mail/", demo_views.letters, name="demo_mail"),
    path("mail/<slug:key>/", demo_views.letter, name="demo_letter"),
]
