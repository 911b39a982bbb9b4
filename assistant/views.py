"""The assistant's page: asking, the stream of an answer, a conversation, and its end."""

import hashlib
import secrets
import time
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    session,
    stream_with_context,
    url_for,
)
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response as BaseResponse

from assistant import exporting, operations, presenting, queries
from assistant.answers import Citation
from assistant.forms import QuestionForm
from assistant.glossing import gloss
from assistant.guard import LONGEST
from assistant.llm.streaming import endpoint
from assistant.llm.written import Claimed
from assistant.models import Conversation, Turn
from assistant.sse import event
from core import clock
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db, limiter
from core.settings import settings
from core.web import render, wants_fragment
from retrieval.embedder import ready

blueprint = Blueprint("assistant", __name__)
blueprint.add_app_template_global(gloss, "gloss")

PAGE = "assistant/page.html"
OWNER = "assistant-owner"
ASKING_LIMIT = "20 per minute"
WAIT = 0.3


@blueprint.get("/assistant")
@access("assistant.ask")
def ask() -> Response:
    """Show the page; `q` fills the box."""
    form = QuestionForm(formdata=None, q=request.args.get("q", "")[: 2 * LONGEST])
    return _page(form, None)


@blueprint.post("/assistant")
@access("assistant.ask")
@limiter.limit(ASKING_LIMIT)
def post_question() -> BaseResponse:
    """Take a question: answered at once for a plain form, streamed afterwards for htmx."""
    form = QuestionForm()
    conversation = _conversation(form.conversation.data) if form.conversation.data else None
    if not form.validate():
        return _page(form, conversation, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    conversation = conversation or operations.begin(db.session(), operations.PUBLIC, owner())
    try:
        turn = operations.ask(db.session(), operations.PUBLIC, conversation, form.question)
    except InvalidInputError as error:
        form.q.errors = [str(error)]
        return _page(form, conversation, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    db.session.commit()
    if wants_fragment():
        return _begun(conversation)
    _answer(turn)
    return redirect(_address(turn), HTTPStatus.SEE_OTHER)


@blueprint.get("/assistant/conversations/<conversation_id>")
@access("assistant.ask")
def conversation(conversation_id: str) -> Response:
    """Show a conversation to the one who began it; what was left unanswered is answered now."""
    found = _conversation(conversation_id)
    for turn in found.turns:
        _answer(turn)
    return _page(QuestionForm(formdata=None), found)


@blueprint.get("/assistant/conversations/<conversation_id>/turns/<int:position>/stream")
@access("assistant.ask")
def stream(conversation_id: str, position: int) -> Response:
    """Answer a turn as a stream of events; one that is answered already is only shown."""
    turn = queries.turn(_conversation(conversation_id), position) or abort(404)
    response = Response(stream_with_context(_events(turn.id)), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


@blueprint.get("/assistant/conversations/<conversation_id>/export")
@access("assistant.ask")
def export(conversation_id: str) -> Response:
    """Give the conversation as a text file, which says of each sentence whether a model wrote it."""
    found = _conversation(conversation_id)
    text = exporting.text([presenting.shown(turn) for turn in found.turns])
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="assistant.txt"'
    return response


@blueprint.post("/assistant/conversations/<conversation_id>/delete")
@access("assistant.ask")
def delete(conversation_id: str) -> BaseResponse:
    operations.remove(db.session(), operations.PUBLIC, _conversation(conversation_id))
    db.session.commit()
    return redirect(url_for("assistant.ask"), HTTPStatus.SEE_OTHER)


def _answer(turn: Turn) -> None:
    """Answer a turn and keep how that went, a failure too."""
    try:
        operations.answer(db.session(), turn, _asker())
    finally:
        db.session.commit()


def _events(turn_id: int) -> Iterator[str]:
    """Yield stages and sentences, then the turn as it stays on the page; a failure is told in the same place."""
    # Loaded here: the stream has a context, and so a database session, of its own.
    turn = db.session.get_one(Turn, turn_id)
    stages, streamed = operations.answer_by_stages(db.session(), turn, _asker()), 0
    try:
        for step in stages:
            streamed += not isinstance(step, str)
            yield _step(step)
    except Exception:
        # The reader must be told in the page: a broken stream would only be tried again.
        current_app.logger.exception("turn %s of conversation %s failed", turn.position, turn.conversation_id)
    finally:
        stages.close()
        db.session.commit()
    yield from _until_answered(turn)
    shown = presenting.shown(turn)
    english = shown.answer is not None and shown.answer.english
    yield from (_sentence(one, english=english) for one in islice(presenting.sentences(turn), streamed, None))
    yield event("turn", render_template("assistant/answered.html", shown=shown))
    yield event("done", "")


def _step(step: operations.Step) -> str:
    if isinstance(step, str):
        return event("stage", presenting.STAGES.get(step, ""))
    return _sentence(step.text if isinstance(step, operations.Line) else step)


def _sentence(sentence: Claimed | Citation | str, *, english: bool = False) -> str:
    return event("sentence", render_template("assistant/sentence.html", sentence=sentence, english=english))


def _until_answered(turn: Turn) -> Iterator[str]:
    """Wait while another request answers the turn."""
    while presenting.shown(turn).open:
        yield event("stage", presenting.STAGES["retrieve"])
        time.sleep(WAIT)
        db.session.commit()
        db.session.refresh(turn)


def _begun(conversation: Conversation) -> Response:
    """Return the conversation with its newest turn still open, which the page then connects to."""
    response = _page(QuestionForm(formdata=None), conversation)
    response.headers["HX-Push-Url"] = url_for("assistant.conversation", conversation_id=conversation.id)
    return response


def _page(form: QuestionForm, found: Conversation | None, status: int = 200) -> Response:
    turns = [presenting.shown(turn) for turn in found.turns] if found else []
    return render(
        PAGE,
        fragment="conversation",
        status=status,
        form=form,
        conversation=found,
        turns=turns,
        examples=operations.start_questions(found.policy if found else presenting.policy_id()),
        policies=queries.in_force(clock.today()),
        by_words_only=not ready(),
        model_speaks=endpoint(settings()) is not None,
        longest=LONGEST,
    )


def _conversation(conversation_id: str) -> Conversation:
    """Return the session's own conversation. Aborts with 404: to anybody else it does not exist."""
    return queries.conversation(conversation_id, owner()) or abort(404)


def owner() -> str:
    """Return the digest of this session's secret, made at the first need."""
    if OWNER not in session:
        session[OWNER] = secrets.token_urlsafe(32)
    return hashlib.sha256(session[OWNER].encode()).hexdigest()


def _asker() -> str:
    """Return whom the limits of a model count: the person, or the address of nobody in particular."""
    return principal().id or get_remote_address()


def _address(turn: Turn) -> str:
    anchor = f"turn-{turn.position}"
    return url_for("assistant.conversation", conversation_id=turn.conversation_id, _anchor=anchor)
