"""An action of the project's own: asks the host, runs a module, sends a file."""

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _requires_connection = True

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        ran = self._execute_module(
            module_name="ansible.legacy.command", module_args={"_raw_params": "id -un"}, task_vars=task_vars
        )
        low = self._low_level_execute_command("echo low; echo err >&2; exit 2")
        own = self._execute_module(
            module_name="own_module",
            module_args={"name": self._task.args.get("name", "x")},
            task_vars=task_vars,
        )
        result.update(
            user=ran.get("stdout"),
            low=[low["rc"], low["stdout"], low["stderr"]],
            own=own.get("greeting"),
            changed=True,
        )
        path = self._connection._shell.join_path(self._make_tmp_path(), "sent")
        self._transfer_data(path, "sent text")
        self._fixup_perms2([self._connection._shell.tmpdir, path])
        read = self._low_level_execute_command("cat " + path)
        result["sent"] = read["stdout"]
        result["there"] = self._remote_file_exists(path)
        result["home"] = self._remote_expand_user("~/x")
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return result
