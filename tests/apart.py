"""Coroutines in tests, also an ASGI app's: another test's browser may keep this thread's loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run_apart(coroutine):
    """What a coroutine returns, run in a thread and an event loop of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def answer_of(app, path="/", method="GET", query=b"", **headers):
    """Status, headers and body of an ASGI app's answer."""
    raw = [(name.replace("_", "-").encode(), v.encode("latin-1")) for name, v in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "query_string": query}
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])
    sent = []

    async def receive():
        if message := next(asked, None):
            return message
        return await asyncio.Event().wait()  # a browser that waits says nothing more

    async def send(message):
        sent.append(message)

    run_apart(app(scope, receive, send))
    start, *parts = sent
    answer = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], answer, b"".join(part.get("body", b"") for part in parts)
