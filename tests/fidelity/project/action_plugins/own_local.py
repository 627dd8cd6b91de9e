"""An action that never touches its host."""

from ansible.errors import AnsibleActionFail, AnsibleActionSkip
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset(("how",))

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        how = self._task.args.get("how")
        if how == "fail":
            raise AnsibleActionFail("failed by an action", result={"more": 1})
        if how == "skip":
            raise AnsibleActionSkip("skipped by an action")
        if how == "crash":
            raise RuntimeError("an action crashed")
        result["facts_here"] = sorted(name for name in task_vars if name.startswith("own_"))
        result["ansible_facts"] = {"by_action": self._templar.template("{{ inventory_hostname }}")}
        return result
