"""What app.py's joining needs of this part: accounts/room.py takes it up."""

from accounts.members import desk
from accounts.members.table import ACCESS, DESK
from accounts.members.views import desk as desk_views
from accounts.members.views import invitations, members, oversight, verification
from accounts.rules import KINDS, ROLES, VERIFICATION, label_of
from core import clock

BLUEPRINTS = (
    desk_views.blueprint,
    members.blueprint,
    invitations.blueprint,
    verification.blueprint,
    oversight.blueprint,
)
GLOBALS = {
    "age": desk.age,
    "now": clock.now,
    "desk_menu": desk.menu,
    "my_memberships": desk.memberships,
    "organisation_kinds": KINDS,
    "member_roles": ROLES,
    "role_label": label_of,
    "verification_states": VERIFICATION.states,
}
waiting = desk.waits_here

__all__ = ["ACCESS", "BLUEPRINTS", "DESK", "GLOBALS", "waiting"]
