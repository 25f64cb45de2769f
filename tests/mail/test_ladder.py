import pytest

from kleinstadt_net import settings
from kleinstadt_net.mail import ladder
from kleinstadt_net.mail.ladder import LADDER, Reply, blames_address, delay_after, parse_reply


def test_the_delays_rise_and_each_says_why() -> None:
    seconds = [rung.seconds for rung in LADDER]
    assert seconds == sorted(seconds) == [60, 300, 900, 3600, 10_800, 28_800, 86_400]
    assert all(rung.reason for rung in LADDER)


def test_after_the_last_rung_a_letter_is_given_up() -> None:
    assert delay_after(1) == 60
    assert delay_after(len(LADDER)) == 86_400
    assert delay_after(len(LADDER) + 1) is None


def test_an_absent_server_is_tried_hourly_at_the_latest() -> None:
    assert LADDER[ladder.AWAY_TOP - 1].seconds == 3600


def test_a_claim_outlives_the_slowest_letter_unless_set() -> None:
    bound = settings.load("testing", {"secret_key": "x", "mail_step_timeout": 7})
    assert bound.claim_timeout == 5 * settings.STEPS_PER_LETTER * 7
    assert settings.load("testing", {"secret_key": "x", "mail_claim_timeout": 2}).claim_timeout == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"5.1.1 <anna@rathaus.example>: unknown", Reply(550, "5.1.1")),
        (b"no such user anna@rathaus.example", Reply(550, None)),
        ("5.7.1 blocked\n5.7.1 see our page", Reply(550, "5.7.1")),
    ],
)
def test_of_a_reply_only_its_codes_are_kept(text: bytes | str, expected: Reply) -> None:
    reply = parse_reply(550, text)
    assert reply == expected
    assert "@" not in reply.short


@pytest.mark.parametrize(
    ("reply", "blames"),
    [
        (Reply(550, "5.1.1"), True),
        (Reply(550, None), True),
        (Reply(550, "5.2.1"), True),
        (Reply(552, "5.2.2"), False),
        (Reply(550, "5.7.1"), False),
        (Reply(554, "5.7.606"), False),
        (Reply(450, "4.1.1"), False),
    ],
)
def test_an_address_is_blamed_only_for_itself(reply: Reply, blames: bool) -> None:
    assert blames_address(reply) is blames
