"""What a person wishes to read about: topics and theses of her choice. What waits for her is told in any case."""

from collections.abc import Collection
from dataclasses import replace

from kleinstadt_net.digest.issue import News


def chosen(news: News, topics: Collection[str] | None) -> News:
    """The news without what is about other topics; None: she reads about all of them.

    Requests, dates, thanks and whatever her own town has begun do not depend on a topic.
    """
    if topics is None:
        return news
    return replace(
        news,
        statements={
            town_id: [one for one in said if one.subject in topics]
            for town_id, said in news.statements.items()
        },
        circles=tuple(one for one in news.circles if one.is_asked or one.subject in topics),
        asked=tuple(one for one in news.asked if one.subject in topics),
        practices=tuple(one for one in news.practices if one.subject in topics),
        strengths=tuple(one for one in news.strengths if one.subject in topics),
        events=tuple(one for one in news.events if one.is_own or one.subject in topics),
    )
