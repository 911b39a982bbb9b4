"""Server-sent events: what a stream of them looks like on the wire."""


def event(name: str, data: str) -> str:
    """Return one event; each line of `data` is a line of its own, so that none ends the event early."""
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f"event: {name}\n" + "".join(f"data: {line}\n" for line in lines) + "\n"
