"""The log names pages, never addresses."""

import logging

import pytest
from django.test import Client


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name.startswith("django.")]


@pytest.mark.django_db
def test_a_refused_letter_leaves_no_key_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "django.request"):
        Client().get("/invitations/the-key/")
    assert lines(caplog) == ["Not Found: /invitations/<slug:token>/"]


@pytest.mark.django_db
def test_a_mistyped_link_leaves_none_either(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "django.request"):
        Client().get("/invitations/the-key/more/")
    assert lines(caplog) == ["Not Found: (no such page)"]


@pytest.mark.django_db
def test_nor_does_a_form_without_its_token(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "django.security.csrf"):
        Client(enforce_csrf_checks=True).post("/invitations/the-key/")
    assert [line for line in lines(caplog) if "the-key" in line] == []
    assert "/invitations/<slug:token>/" in "".join(lines(caplog))
