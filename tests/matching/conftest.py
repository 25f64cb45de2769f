"""Settings of the drawn tests: a busy machine is no finding, and thirty networks find what a thousand would."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "networks", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("networks")
