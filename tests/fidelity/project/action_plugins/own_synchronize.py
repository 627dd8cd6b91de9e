"""An action that sends a folder file by file over the connection, and takes one file back, as synchronizing actions do."""

import os

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        source = self._find_needle("files", self._task.args["src"])
        target = self._task.args["dest"]
        sent = []
        for top, _, names in sorted(os.walk(source)):
            below = os.path.normpath(os.path.join(target, os.path.relpath(top, source)))
            self._low_level_execute_command("mkdir -p %s" % self._connection._shell.quote(below))
            for name in sorted(names):
                self._connection.put_file(os.path.join(top, name), os.path.join(below, name))
                sent.append(os.path.relpath(os.path.join(below, name), target))
        self._connection.fetch_file(os.path.join(target, sent[0]), self._task.args["back"])
        with open(self._task.args["back"]) as file:
            result.update(changed=True, sent=sent, back=file.read())
        code, out, err = self._connection.exec_command("cat; echo >&2 done", in_data=b"given\xff\n", sudoable=False)
        result["answered"] = [code, out.decode("latin-1"), err.decode("latin-1").splitlines()[-1:]]
        return result
