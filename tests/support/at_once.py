"""Calls that begin at the same moment, each in a thread and a session of its own."""

from collections.abc import Callable
from threading import Barrier, Thread

from flask import Flask

from kleinstadt_net.database import db


def at_once(
    app: Flask, *calls: Callable[[], object], refusals: tuple[type[Exception], ...] = ()
) -> list[str]:
    """What became of each call, in the order in which they ended: "done", or the name of the refusal it raised.

    A call that raises anything else is missing.
    """
    together, outcomes = Barrier(len(calls), timeout=30), list[str]()
    db.session.remove()

    def run(call: Callable[[], object]) -> None:
        with app.app_context():
            together.wait()
            try:
                call()
            except refusals as error:
                outcomes.append(type(error).__name__)
            else:
                outcomes.append("done")
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
