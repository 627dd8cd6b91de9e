"""Ends in ways that modules should not."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(argument_spec={"how": {"required": True}, "size": {"type": "int", "default": 0}})
    how = module.params["how"]
    good = json.dumps({"changed": False, "how": how})
    if how == "garbage":
        print("this is no JSON {[}")
    elif how == "nothing":
        pass
    elif how == "empty exit":
        sys.exit(0)
    elif how == "before and after":
        print("before\n" + good + "\nafter")
    elif how == "json twice":
        print(good + "\n" + good)
    elif how == "text":
        sys.exit("ended with a text: ä")
    elif how == "code":
        print(good)
        sys.exit(3)
    elif how == "fails with 0":
        print(json.dumps({"failed": True, "msg": "failed with 0"}))
        sys.exit(0)
    elif how == "segfault":
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGSEGV)
    elif how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "terminated":
        os.kill(os.getpid(), signal.SIGTERM)
    elif how == "leaves without flush":
        os.write(1, good.encode())
        os._exit(0)
    elif how == "stderr":
        sys.stderr.write("something went to stderr\n" * 3)
        module.exit_json(changed=False)
    elif how == "bytes":
        os.write(1, b'{"changed": false, "text": "\xff\xfe\xc3\x28"}\n')
        os._exit(0)
    elif how == "control characters":
        module.exit_json(changed=False, text="\x1b[31mred\x00\x07\r\n\u202e\u2028", emoji="\U0001f600")
    elif how == "large":
        module.exit_json(changed=False, text="0123456789" * (module.params["size"] // 10))
    elif how == "deep":
        value = {}
        for number in range(60):
            value = {"level": number, "below": value}
        module.exit_json(changed=False, value=value)
    elif how == "thread":

        def later():
            time.sleep(0.3)
            module.exit_json(changed=True, by="a thread")

        threading.Thread(target=later).start()
    elif how == "atexit":
        import atexit

        atexit.register(lambda: print("printed by atexit"))
        module.exit_json(changed=True)
    elif how == "a child goes on":
        subprocess.Popen(
            ["sleep", "1"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        module.exit_json(changed=True)
    elif how == "a child keeps the output":
        subprocess.Popen(["sleep", "1"])
        module.exit_json(changed=True)
    elif how == "a forked child ends too":
        if os.fork() == 0:
            os._exit(7)
        os.wait()
        module.exit_json(changed=True)
    elif how == "closes its outputs":
        os.close(1)
        os.close(2)
        os._exit(0)
    elif how == "not a mapping":
        print("[1, 2, 3]")
    elif how == "numbers":
        print('{"changed": false, "big": 123456789012345678901234567890, "float": 1e400, "nan": NaN}')
    elif how == "fail_json with exception":
        try:
            int("x")
        except ValueError as fault:
            module.fail_json(msg="no number", exception=fault, more={"a": [1]})


main()
