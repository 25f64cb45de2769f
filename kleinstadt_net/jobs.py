"""The timetable of the one scheduler process, ``flask jobs run``.

Every job is an idempotent tick: the database says what is due, constraints decide between two
schedulers, and a missed tick is made good by the next one. Nothing that matters happens between
02:00 and 03:00, an hour that comes twice or not at all.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from types import FrameType

import structlog
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from kleinstadt_net import clock, territory
from kleinstadt_net.mail import delivery
from kleinstadt_net.services import attachments, housekeeping, inactivity, job_runs, pictures

# Ten letters a second are more than most providers allow and empty a full month's outbox in minutes.
LETTERS_PER_TICK = 300
LETTERS_TICK_SECONDS = 30

Stop = Callable[[], bool]
log = structlog.get_logger("jobs")


@dataclass(frozen=True)
class Work:
    """What a tick did, in a line without names; an idle tick answers None instead."""

    detail: str
    succeeded: bool = True


@dataclass(frozen=True)
class Job:
    """A line of the timetable. ``function`` is given a question it may ask: shall I stop?"""

    name: str
    trigger: BaseTrigger
    function: Callable[[Stop], Work | None]


def deliver_letters(stop: Stop) -> Work | None:
    """Send what is due."""
    report = delivery.deliver_due(LETTERS_PER_TICK, stop=stop)
    if report.server_error:
        return Work(f"mail server cannot be used: {report.server_error}; {report}", succeeded=False)
    return None if report.is_idle else Work(str(report))


def ensure_round(stop: Stop) -> Work | None:
    """Run this month's round once its hour has come, and measure it at the next tick."""
    # The engine's libraries are heavy, and web workers read this file without ever running a round.
    from kleinstadt_net.services import network_figures, rounds

    result = rounds.ensure_current()
    if result:
        return Work(f"round {result.month}: {result.suggestions} suggestions")
    measured = network_figures.measure_due()
    return Work(f"round {measured} measured") if measured else None


def enqueue_digests(stop: Stop) -> Work | None:
    """Write the letters of everybody who is due."""
    from kleinstadt_net.services import digests

    report = digests.enqueue_due(clock.now())
    if not (report.enqueued or report.asked or report.failed):
        return None
    return Work(
        f"enqueued {report.enqueued}, asked {report.asked}, failed {report.failed}",
        succeeded=not report.failed,
    )


def welcome_newcomers(stop: Stop) -> Work | None:
    """Write to towns that have said something for the first time, on working days."""
    from kleinstadt_net.services import welcome

    report = welcome.write_due(clock.now())
    if not (report.written or report.failed):
        return None
    return Work(f"welcomed {report.written}, failed {report.failed}", succeeded=not report.failed)


def follow_up_answers(stop: Stop) -> Work | None:
    """Write who wishes to talk, where a wish stands, and what came of a talk, on working days."""
    from kleinstadt_net.services import answer_letters

    report = answer_letters.write_due(clock.now())
    if not (report.written or report.failed):
        return None
    return Work(str(report), succeeded=not report.failed)


def bundle_notifications(stop: Stop) -> Work | None:
    """Write the daily letters of those who wish to read their news together."""
    from kleinstadt_net.services import notification_bundles

    report = notification_bundles.write_due(clock.now())
    if not (report.written or report.failed):
        return None
    return Work(str(report), succeeded=not report.failed)


def look_after_requests(stop: Stop) -> Work | None:
    """Remind of requests after a week, and let those go that three weeks brought no answer."""
    from kleinstadt_net.services import exchange_times

    report = exchange_times.look_after(clock.now())
    if not (report.reminded or report.lapsed or report.failed):
        return None
    return Work(str(report), succeeded=not report.failed)


def remind_of_dates(stop: Stop) -> Work | None:
    """Remind both towns of a talk the day before."""
    from kleinstadt_net.services import appointment_times

    report = appointment_times.remind_due(clock.now())
    if not (report.reminded or report.failed):
        return None
    return Work(str(report), succeeded=not report.failed)


def read_returned(stop: Stop) -> Work | None:
    """Take in what came back, where there is a mailbox to ask."""
    from kleinstadt_net.services import bounce_mailbox

    if not bounce_mailbox.is_configured():
        return None
    poll = bounce_mailbox.poll(stop=stop)
    if poll.error:
        return Work(f"mailbox cannot be used: {poll.error}; messages: {poll}", succeeded=False)
    return Work(f"messages: {poll}", succeeded=poll.is_clean) if poll.outcomes else None


def tell_of_unreachable(stop: Stop) -> Work | None:
    """Tell the other people of a town that letters to one of them come back."""
    from kleinstadt_net.services import bounces

    told = bounces.tell_colleagues(clock.now())
    return Work(f"colleagues told of addresses that fail: {told}") if told else None


def close_questions(stop: Stop) -> Work | None:
    """End the questions whose last day is over, and tell the askers."""
    from kleinstadt_net.services import question_asking

    closed = question_asking.close_due()
    return Work(f"questions: {closed} closed") if closed else None


def remind_of_events(stop: Stop) -> Work | None:
    """Remind whoever has registered for an event, the day before."""
    from kleinstadt_net.services import event_registrations

    reminded = event_registrations.remind_due(clock.now())
    return Work(f"events: {reminded} reminders") if reminded else None


def look_after_circles(stop: Stop) -> Work | None:
    """Propose the quarter's circles, and let those go whose days are over without four yeses."""
    from kleinstadt_net.services import circle_answers, circle_proposals

    proposed, lapsed = circle_proposals.propose_quarter(clock.now()), circle_answers.lapse_due(clock.now())
    return Work(f"circles: {proposed} proposed, {lapsed} lapsed") if proposed or lapsed else None


def watch_letters(stop: Stop) -> Work | None:
    """Notice what is wrong with the letters, and tell the operators."""
    from kleinstadt_net.services import alerts

    report = alerts.check(clock.now())
    return Work(f"alerts told: {', '.join(report.told)}") if report.told else None


def clear_away(stop: Stop) -> Work | None:
    """Delete what has outlived its purpose."""
    cleared = housekeeping.clear(clock.now())
    swept = pictures.sweep(clock.now()) + attachments.sweep(clock.now())
    if not (cleared.total or swept):
        return None
    return Work(f"{cleared}; {swept} files")


def look_after_inactive(stop: Stop) -> Work | None:
    """Warn whoever has not been here for long, and delete after the third warning."""
    outcome = inactivity.run(clock.now())
    return Work(str(outcome)) if outcome.total else None


JOBS = (
    Job(
        "letters",
        IntervalTrigger(seconds=LETTERS_TICK_SECONDS, timezone=territory.TIME_ZONE),
        deliver_letters,
    ),
    Job("rounds", CronTrigger(minute=2, timezone=territory.TIME_ZONE), ensure_round),
    Job("digests", CronTrigger(minute="7,22,37,52", timezone=territory.TIME_ZONE), enqueue_digests),
    Job("welcome", CronTrigger(minute="12,27,42,57", timezone=territory.TIME_ZONE), welcome_newcomers),
    Job("answers", CronTrigger(minute="3,18,33,48", timezone=territory.TIME_ZONE), follow_up_answers),
    Job("notifications", CronTrigger(minute="0,30", timezone=territory.TIME_ZONE), bundle_notifications),
    Job("exchanges", CronTrigger(hour=8, minute=10, timezone=territory.TIME_ZONE), look_after_requests),
    Job("appointments", CronTrigger(hour="8-18", minute=25, timezone=territory.TIME_ZONE), remind_of_dates),
    Job("returns", CronTrigger(minute="1,16,31,46", timezone=territory.TIME_ZONE), read_returned),
    Job(
        "bounces", CronTrigger(hour="8-18", minute="9,39", timezone=territory.TIME_ZONE), tell_of_unreachable
    ),
    Job("questions", CronTrigger(hour=0, minute=20, timezone=territory.TIME_ZONE), close_questions),
    Job("events", CronTrigger(hour="8-18", minute=40, timezone=territory.TIME_ZONE), remind_of_events),
    Job("circles", CronTrigger(hour=6, minute=40, timezone=territory.TIME_ZONE), look_after_circles),
    Job("alerts", CronTrigger(minute="5,15,25,35,45,55", timezone=territory.TIME_ZONE), watch_letters),
    Job("housekeeping", CronTrigger(minute=45, timezone=territory.TIME_ZONE), clear_away),
    Job("inactivity", CronTrigger(hour=5, minute=20, timezone=territory.TIME_ZONE), look_after_inactive),
)


def tick(app: Flask, job: Job, stop: Stop = lambda: False) -> None:
    """Run a job once: heartbeat always, a ``job_runs`` row for work or failure; never raises."""
    started = clock.now()
    structlog.contextvars.bind_contextvars(job=job.name)
    try:
        with app.app_context():
            work = job.function(stop)
    except Exception as error:
        # The next tick is the remedy; a scheduler that died of one job would take the others along.
        log.exception("job failed")
        work = Work(f"{type(error).__name__}", succeeded=False)
    try:
        with app.app_context():
            _note(job, started, work)
    except Exception:
        log.exception("job could not be noted")
    finally:
        structlog.contextvars.unbind_contextvars("job")


def _note(job: Job, started: datetime, work: Work | None) -> None:
    # The heartbeat comes last: on a full disk it may find room where a row does not, and would say that all is well.
    if work is not None:
        job_runs.record(job.name, started, clock.now(), work.succeeded, work.detail)
    job_runs.beat(job.name, clock.now())


def scheduler(app: Flask, stop: Stop) -> BaseScheduler:
    """A scheduler with the whole timetable, each job due at once: what was missed is made good."""
    made = BlockingScheduler(
        timezone=territory.TIME_ZONE,
        executors={"default": ThreadPoolExecutor(len(JOBS))},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for job in JOBS:
        made.add_job(tick, job.trigger, args=(app, job, stop), id=job.name, next_run_time=clock.local_now())
    return made


def run(app: Flask, stop: Event) -> None:
    """Keep the timetable until ``stop`` is set; jobs under way finish what they hold in hand."""
    timetable = scheduler(app, stop.is_set)
    started = Event()
    timetable.add_listener(lambda event: started.set(), EVENT_SCHEDULER_STARTED)
    watcher = Thread(target=_end_when_told, args=(stop, started, timetable), daemon=True)
    watcher.start()
    timetable.start()
    watcher.join()


def _end_when_told(stop: Event, started: Event, timetable: BaseScheduler) -> None:
    """Wait for the signal outside of its handler: ending takes locks the interrupted code may hold."""
    stop.wait()
    started.wait()
    timetable.shutdown(wait=True)


@contextmanager
def stopping() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set, in place of what they did before."""
    stop = Event()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
