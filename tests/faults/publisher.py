"""What publishes batches, without the wait for it: the worker in a minute in which one is due, and an operator's press.

At each `work`, or `press BATCH COOKIE`, it does so in a process of its own, whose id it prints: that one a test may kill.
At each `wait` it prints how that process ended: 0, or the signal with a minus. Started once, so that not every run
imports everything anew.
"""

import os
import re
import sys
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask

from app import create_app
from core.events import deliver_what_was_missed
from core.jobs import huey
from retrieval.text import tokens
from scenario_catalog.publishing.jobs import publish_due

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
COUNT = re.compile(r"本批现有 (\d+) 个场景")


def main() -> None:
    app = create_app()
    tokens("一次就载入词典")
    huey.storage.close()  # a connection must not be shared with a child
    child = 0
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "wait":
            say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        else:
            child = forked(work if verb == "work" else lambda words=words: press(app, *words))


def forked(act: Callable[[], None]) -> int:
    """Do something in a process of its own; returns its id."""
    child = os.fork()
    if not child:
        try:
            act()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def work() -> None:
    say(os.getpid())
    publish_due()
    deliver_what_was_missed()
    while (task := huey.dequeue()) is not None:
        huey.execute(task)


def press(app: Flask, batch: str, cookie: str) -> None:
    """Publish a batch at the desk of the operator whose cookie it is, from when the page that asks for the count is there."""
    client, path = app.test_client(), f"/desk/batches/{batch}/publish"
    client.set_cookie("session", cookie)
    page = client.get(path).get_data(as_text=True)
    asked, count = TOKEN.search(page), COUNT.search(page)
    assert asked
    assert count
    say(os.getpid())
    answer = client.post(path, data={"csrf_token": asked[1], "count": count[1]})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.status


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
