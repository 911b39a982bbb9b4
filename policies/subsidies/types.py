"""Project types: what people call a programme of a policy, as data beside the policy file (`<name>.subsidies.json`)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInputError
from policies.subsidies.rules import Programme

SUFFIX = ".subsidies.json"


class Described(BaseModel):
    """A project type; it names the programme whose sentence has the words `says`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    label: str
    says: str
    hint: str = ""


class Types(BaseModel):
    """The project types of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str
    types: tuple[Described, ...]


@dataclass(frozen=True)
class ProjectType:
    """What can be picked: a programme under its code (for addresses) and its label; `hint` says what belongs to it."""

    code: str
    label: str
    hint: str
    programme: Programme


def read_types(folders: Sequence[Path], document: str) -> Types | None:
    """Return the types that lie beside the policy files for a document; None if nobody has described any.

    Raises InvalidInputError with one line for a file that is none.
    """
    files = (file for folder in folders for file in sorted(folder.glob(f"*{SUFFIX}")))
    return next((found for file in files if (found := _read(file)).document == document), None)


def _read(file: Path) -> Types:
    try:
        return Types.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise InvalidInputError(f"{file.name}：不是项目类型表：{str(error).splitlines()[0]}") from None


def project_types(programmes: Sequence[Programme], described: Types | None) -> list[ProjectType]:
    """Return a type for each programme, in the order of the text; one that nobody has described has its own name."""
    known = described.types if described else ()
    return [_type(one, number, known) for number, one in enumerate(programmes, 1)]


def _type(programme: Programme, number: int, known: Sequence[Described]) -> ProjectType:
    one = next((one for one in known if one.says in programme.first.quote), None)
    if one:
        return ProjectType(one.code, one.label, one.hint, programme)
    return ProjectType(f"article-{programme.first.article}-{number}", programme.name, "", programme)
