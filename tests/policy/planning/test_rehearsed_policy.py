"""What a rehearsal covers of the policy: whatever is not known to be without effect on its result."""

from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.planning.digests import NOT_REHEARSED, rehearsed_policy
from tests.policy.admission_cases import base


def policy(**changes: object) -> ReleasePolicy:
    return ReleasePolicy.model_validate({**base()["policy"], **changes})


def test_every_field_that_is_left_out_is_one_of_the_policy() -> None:
    assert set(NOT_REHEARSED) < set(ReleasePolicy.model_fields)
    assert len(set(NOT_REHEARSED)) == len(NOT_REHEARSED)


def test_a_field_that_nobody_has_judged_is_covered() -> None:
    whole = policy(may_change={"files": ["/opt/shop"]})
    covered = {f"the policy's {name}" for name in ReleasePolicy.model_fields} & set(
        rehearsed_policy(whole).parts
    )
    left_out = {f"the policy's {name}" for name in NOT_REHEARSED}
    assert covered == {f"the policy's {name}" for name in ReleasePolicy.model_fields} - left_out


def test_a_policy_without_such_rules_is_rehearsed_like_none() -> None:
    assert rehearsed_policy(policy()) == rehearsed_policy(None)
