"""What the worker does in a minute in which a batch is due, without the wait for it.

At each `start` it does so in a process of its own, whose id it prints: that one a test may kill. At each `wait` it prints
how that process ended: 0, or the signal with a minus. Started once, so that not every run imports everything anew.
"""

import os
import sys

from app import create_app
from core.events import deliver_what_was_missed
from core.jobs import huey
from retrieval.text import tokens
from scenario_catalog.publishing.jobs import publish_due


def main() -> None:
    create_app()
    tokens("一次就载入词典")
    huey.storage.close()  # a connection must not be shared with a child
    child = 0
    for line in sys.stdin:
        if line == "start\n":
            child = os.fork()
            if not child:
                try:
                    work()
                    os._exit(0)
                finally:
                    os._exit(1)
            say(child)
        else:
            say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def work() -> None:
    publish_due()
    deliver_what_was_missed()
    while (task := huey.dequeue()) is not None:
        huey.execute(task)


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
