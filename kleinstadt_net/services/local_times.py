"""From a wall clock in Germany to the moments the database stores, the two odd nights of a year included."""

from datetime import UTC, date, datetime, time

from kleinstadt_net.territory import TIME_ZONE


def moment(day: date, at: time) -> datetime:
    """When a clock on the wall shows this; the first of both times in the hour that comes twice in October."""
    return datetime.combine(day, at, tzinfo=TIME_ZONE).astimezone(UTC)


def exists(day: date, at: time) -> bool:
    """Whether a clock ever shows this: not so in the hour that is left out in March."""
    back = moment(day, at).astimezone(TIME_ZONE)
    return (back.date(), back.hour, back.minute) == (day, at.hour, at.minute)


def day_of(moment: datetime) -> date:
    """The day it is in Germany then."""
    return moment.astimezone(TIME_ZONE).date()
