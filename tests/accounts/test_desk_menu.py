"""The menu of the desk: which entry is marked."""

import re

from tests.factories import OrganisationFactory, member
from tests.pages import PageClient

CURRENT = re.compile(r'<a href="([^"]+)" aria-current="(page|true)"><svg')


def marked(client: PageClient, path: str) -> list[tuple[str, str]]:
    return CURRENT.findall(client.get(path).get_data(as_text=True).partition("desk-who")[2].partition("</nav>")[0])


def test_one_entry_is_marked_the_nearest(client: PageClient) -> None:
    client.sign_in(member(role="owner", organisation=OrganisationFactory()))
    assert marked(client, "/desk") == [("/desk", "page")]
    assert marked(client, "/desk/organisation") == [("/desk/organisation", "page")]
    assert marked(client, "/desk/organisation/verification") == [("/desk/organisation/verification", "page")]
    assert marked(client, "/desk/organisation/edit") == [("/desk/organisation", "true")]


def test_the_queues_of_reviews_and_questions_have_the_menu(client: PageClient) -> None:
    client.sign_in(member("operator", "owner"))
    assert marked(client, "/desk/review") == [("/desk/review", "page")]
    assert marked(client, "/desk/questions") == [("/desk/questions", "page")]
