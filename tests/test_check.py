"""The stream of /check/ on a real server: who gets one, how many, and that it costs no connection."""

import asyncio

import httpx
import pytest
from django.db import connection

from exchange.site.check_views import MOST_HERE
from tests.server import Server

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]

COUNTS = "/check/stream/?look=quick"


class Ear:
    """A stream that was asked for: its status and, where there is one, its first line."""

    async def open(self, client: httpx.AsyncClient, **headers: str) -> "Ear":
        asked = client.build_request("GET", COUNTS, headers=headers)
        self.answer = await client.send(asked, stream=True)
        self.status, self.first = self.answer.status_code, ""
        if self.status == 200:
            self.lines = self.answer.aiter_lines()  # kept: one that is forgotten hangs up
            self.first = await anext(self.lines)
        return self

    async def hang_up(self) -> None:
        await self.answer.aclose()


def test_anybody_hears_counts_and_a_place_is_given_back(server: Server) -> None:
    client = server.client()

    async def listening() -> list[Ear]:
        return [await Ear().open(client) for _ in range(MOST_HERE + 1)]

    async def leaving(ears: list[Ear]) -> int:
        await ears[0].hang_up()
        for _ in range(50):
            again = await Ear().open(client)
            if again.status == 200:
                break
            await asyncio.sleep(0.1)
        return again.status

    connection.close()
    with asyncio.Runner() as runner:
        ears = runner.run(listening())
        held = server.open_connections()
        again = runner.run(leaving(ears))
    assert [ear.status for ear in ears] == [*([200] * MOST_HERE), 429]
    assert {" ".join(ear.first.split()[:2]) for ear in ears[:-1]} == {"data: 1"}
    assert again == 200
    assert held <= MOST_HERE // 2  # the hall's, the test's own: none for each stream


def test_a_page_of_another_site_holds_none_open(server: Server) -> None:
    async def trying() -> list[int]:
        client = server.client()
        said = [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}]
        return [(await Ear().open(client, **headers)).status for headers in said]

    connection.close()
    assert asyncio.run(trying()) == [403, 403]


def test_its_answer_asks_not_to_be_held_back(server: Server) -> None:
    async def asking() -> dict[str, str]:
        client = server.client()
        async with client.stream("GET", COUNTS) as answer:
            return dict(answer.headers)

    connection.close()
    headers = asyncio.run(asking())
    names = ("content-type", "cache-control", "x-accel-buffering")
    assert [headers[name] for name in names] == ["text/event-stream", "no-store", "no"]
    assert "content-encoding" not in headers
