"""A class presses Train at once: when are all done, and does the page answer meanwhile?

    python -m tests.benchmarks.classroom --sessions 30 --slots 2

Starts a server of its own and opens sessions on it as a browser does (see sessions.py). All press
Train within the same second on the tutorial's settings; each then asks for the live numbers of its
own run at the live view's pace. Until the last run has finished now one session, now another moves
a slider, and the time is taken from the message that says so to the one that says that the script
has finished.
"""

import asyncio
import random
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from tests.benchmarks.report import print_columns, print_head, print_row
from tests.benchmarks.sessions import Session
from tests.browser.server import Server


async def lesson(server, n_sessions, pause):
    """Milliseconds of each move of a slider, and seconds from the click to each run's end."""
    sessions = [Session(server.port) for _ in range(n_sessions)]
    for session in sessions:
        await session.open()
    began = time.time()
    await asyncio.gather(*(session.press_train() for session in sessions))
    pressed = time.time() - began
    chance = random.Random(0)
    moves = []
    ids = {session.run_id for session in sessions}
    assert len(ids) == n_sessions, "each session has a run of its own"
    while any(run.is_active for run in server.store.list() if run.id in ids):
        moves.append(await chance.choice(sessions).move_slider())
        await asyncio.sleep(pause)
    runs = [server.store.get(session.run_id) for session in sessions]
    assert {run.status for run in runs} == {"finished"}, {run.status for run in runs}
    for session in sessions:
        await session.close()
    return moves, [run.ended_at - began for run in runs], pressed


def main():
    parser = ArgumentParser(description="A class presses Train at once.")
    parser.add_argument("--sessions", type=int, default=30, help="sessions")
    parser.add_argument("--slots", type=int, default=2, help="runs that train at once")
    parser.add_argument("--pause", type=float, default=0.2, help="seconds between two moves")
    asked = parser.parse_args()
    print_head("tests.benchmarks.classroom")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(
            Path(folder) / "home", Path(folder) / "log", GAN_FORGE_SLOTS=str(asked.slots)
        )
        try:
            server.start()
            moves, ends, pressed = asyncio.run(lesson(server, asked.sessions, asked.pause))
        finally:
            server.close()
    print_columns()
    print_row("slider moved to page answered", moves, "ms")
    print_row("click on Train to finished run", ends, "s", 1)
    print(f"\n{asked.sessions} pages had answered the click after {pressed:.1f} s")


if __name__ == "__main__":
    main()
