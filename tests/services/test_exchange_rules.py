"""The table of an exchange, whole: every state, action and role."""

from itertools import product

from kleinstadt_net.services.exchange_rules import ACTIONS, OPEN, ROLES, STATES, allowed, role_of

ASKER, ASKED = {"asker_lead", "asker_editor"}, {"asked_lead", "asked_editor"}
# Everything that may be done; what is not written here may not.
MAY = {
    ("requested", "accept"): ("talking", ASKED),
    ("requested", "decline"): ("declined", ASKED),
    ("requested", "ask_back"): ("requested", ASKED),
    ("requested", "hand_on"): ("requested", ASKED),
    ("requested", "reply"): ("requested", ASKER),
    ("requested", "withdraw"): ("withdrawn", ASKER),
    ("requested", "remind"): ("requested", {"service"}),
    ("requested", "lapse"): ("lapsed", {"service"}),
    ("talking", "revoke"): ("requested", ASKED),
    ("talking", "close"): ("closed", ASKER | ASKED),
    ("closed", "reopen"): ("talking", ASKER | ASKED),
}


def test_every_state_action_and_role_is_as_written_and_everything_else_is_forbidden() -> None:
    for state, action, role in product(STATES, ACTIONS, ROLES):
        following, roles = MAY.get((state, action), (None, set()))
        wanted = following if role in roles else None
        assert allowed(state, action, role) == wanted, (state, action, role)
    assert {state for state, _ in MAY} | {following for following, _ in MAY.values()} == set(STATES)
    assert {action for _, action in MAY} == set(ACTIONS)


def test_strangers_and_operators_can_do_nothing_and_unknown_words_neither() -> None:
    assert not any(
        allowed(state, action, role)
        for state, action in MAY
        for role in ("stranger", "operator", "mayor", "")
    )
    assert allowed("gone", "accept", "asked_lead") is None
    assert allowed("requested", "explode", "asked_lead") is None
    assert set(OPEN) == {"requested", "talking"}


def test_a_role_follows_from_the_side_and_the_membership() -> None:
    assert [role_of(role, is_asker=side) for role in ("lead", "editor", None) for side in (True, False)] == [
        "asker_lead", "asked_lead", "asker_editor", "asked_editor", "stranger", "stranger",
    ]  # fmt: skip
