"""What a worker does for bidders and holders, in a process that a test may kill: `python -m tests.faults.bidder INSTANCE VERB …`.

Each line it prints is an acknowledgement: what it names was committed before.
"""

import sys
from pathlib import Path

from core import clock
from core.audit import SYSTEM
from core.extensions import db
from marketplace.awards import operations as awards
from marketplace.awards.models import Award
from marketplace.bids import opening, operations
from marketplace.bids import queries as bids
from marketplace.sealing import operations as sealing
from marketplace.sealing import queries as seals
from scenario_catalog import queries as catalog
from tests.conftest import make_app, opened
from tests.marketplace.judging import AGENCY


def submit(*pairs: str) -> None:
    """Submit bids, each named token=code, and say the digest of each receipt."""
    for pair in pairs:
        token, _, code = pair.partition("=")
        found = bids.bid(token)
        if found is None or found.status == "submitted":
            continue
        receipt = operations.submit(db.session(), SYSTEM, found, code, clock.now())
        db.session.commit()
        say(token, receipt.digest)


def unseal(number: str, *shares: str) -> None:
    """Present shares (position=share) of a scenario, and open with the second."""
    scenario = catalog.scenario(number)
    assert scenario
    with clock.frozen(clock.end_of_day(scenario.deadline)):
        for one in shares:
            position, _, share = one.partition("=")
            seal = seals.seal_of(db.session(), scenario.id)
            assert seal
            holder = next(each for each in seal.holders if each.position == int(position))
            private = sealing.present(db.session(), SYSTEM, holder, share)
            if private:
                faults = opening.damaged(scenario.id, private)
                db.session.rollback()
                opening.open_bids(db.session(), SYSTEM, seal, private, faults)
            db.session.commit()
            say("opened" if private else "presented")


def award(number: str) -> None:
    """Make the award of a scenario, whose notice has ended."""
    found = db.session.get_one(Award, int(number))
    with clock.frozen(found.notice_ends):
        awards.award(db.session(), AGENCY, found)
        db.session.commit()
    say("awarded")


def say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main() -> None:
    instance, verb, *words = sys.argv[1:]
    with opened(make_app(Path(instance))):
        say("ready")
        {"submit": submit, "unseal": unseal, "award": award}[verb](*words)


if __name__ == "__main__":
    main()
