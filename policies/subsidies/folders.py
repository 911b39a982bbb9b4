"""Where the descriptions of project types lie: beside the city's own policy, and in the corpus."""

from collections.abc import Iterable
from pathlib import Path

from core.city import city
from core.settings import ROOT, settings
from policies.facts.rules import Fact
from policies.subsidies.rules import programmes
from policies.subsidies.types import ProjectType, project_types, read_types


def types_of(document: str, facts: Iterable[Fact]) -> list[ProjectType]:
    """Return the project types that a document's facts make up."""
    return project_types(programmes(facts), read_types(folders(), document))


def folders() -> list[Path]:
    """Return the folders with policy files, the city's own first."""
    own = (settings().city_file.parent / city().policy.file).parent
    return list(dict.fromkeys([own, ROOT / "policies" / "corpus"]))
