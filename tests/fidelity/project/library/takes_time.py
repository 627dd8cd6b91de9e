"""Sleeps, and tells how often it ran."""

import os
import time

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(
        argument_spec={
            "seconds": {"type": "float", "default": 0.2},
            "count": {"type": "path"},
            "good_after": {"type": "int", "default": 0},
        }
    )
    times = 0
    if module.params["count"]:
        if os.path.exists(module.params["count"]):
            with open(module.params["count"]) as file:
                times = len(file.read())
        with open(module.params["count"], "a") as file:
            file.write("x")
    time.sleep(module.params["seconds"])
    if times < module.params["good_after"]:
        module.fail_json(msg="not yet", times=times)
    module.exit_json(changed=True, times=times)


main()
