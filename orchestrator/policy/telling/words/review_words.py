"""The questions of a review after a deployment, in words (ITIL release and deployment; ISO/IEC 20000-1 9.2, 9.3)."""

from collections.abc import Mapping

from orchestrator.domain.journal.events import ReviewQuestion

QUESTION_WORDS: Mapping[ReviewQuestion, str] = {
    "changes": "Were all changes of the release implemented?",
    "customer": "What did customers notice, and what do they say?",
    "plan": "How did it go against the plan: times, waves, hosts, deviations?",
    "problems": "Which known errors and problems are closed by it, which are raised?",
    "incidents": "Which incidents came of it?",
    "lessons": "What is to be learnt from it?",
    "rfcs": "Are the requests for change up to date?",
    "cause": "Why did it fail?",
    "no_action": "Why is no action needed?",
}

GAP_WORDS: Mapping[ReviewQuestion, str] = {
    "changes": "changes",
    "customer": "customer",
    "plan": "plan",
    "problems": "problems",
    "incidents": "incidents",
    "lessons": "lessons",
    "rfcs": "rfcs",
    "cause": "cause",
    "no_action": "an action, or why none is needed",
}
"""What is missing where the question has no answer; the words of `orch pir answer` where it has a name there."""
