"""Goes on under another interpreter."""

import sys

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module


def main():
    module = AnsibleModule(argument_spec={"module": {"default": "apt"}, "text": {"default": ""}})
    if not has_respawned():
        interpreter = probe_interpreters_for_module(["/usr/bin/python3"], "json")
        respawn_module(interpreter)
    module.exit_json(
        changed=True, respawned=has_respawned(), text=module.params["text"], executable=sys.executable
    )


main()
