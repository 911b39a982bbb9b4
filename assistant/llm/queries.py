"""Every SELECT of the package."""

from datetime import datetime

from sqlalchemy import Select, Update, func, select, update

from assistant.llm.models import ModelCall


def calls_since(instant: datetime, asker: str = "") -> Select[int]:
    """Select the number of calls since an instant, of one asker or of everybody."""
    found = select(func.count()).select_from(ModelCall).where(ModelCall.at > instant)
    return found.where(ModelCall.asker == asker) if asker else found


def askers_before(instant: datetime) -> Update:
    """Return the statement that forgets who asked before an instant."""
    return update(ModelCall).where(ModelCall.at < instant, ModelCall.asker != "").values(asker="")


def outcomes_since(instant: datetime) -> Select[str, int, int, int]:
    """Select outcome, number of calls, claims shown and claims dropped since an instant."""
    totals = (func.count(), func.sum(ModelCall.shown), func.sum(ModelCall.dropped))
    return select(ModelCall.outcome, *totals).where(ModelCall.at > instant).group_by(ModelCall.outcome)
