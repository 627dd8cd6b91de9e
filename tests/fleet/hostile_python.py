"""A Python for a lab host that alters every answer to orch while /tmp/hostile is there, and how it comes and goes."""

PYTHON = r"""#!/usr/bin/python3.11 -IS
import hashlib, json, os, re, subprocess, sys, threading
REAL = "/usr/bin/python3.11"
if not (os.path.exists("/tmp/hostile") and any("ORCH-OLD-PYTHON" in word for word in sys.argv)):
    os.execv(REAL, ["/usr/bin/python3", *sys.argv[1:]])
real = subprocess.Popen([REAL, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def feed():
    while piece := os.read(0, 65536):
        real.stdin.write(piece); real.stdin.flush()
    real.stdin.close()
threading.Thread(target=feed, daemon=True).start()
def altered(answer):
    body = json.loads(answer[3]); body["identity"] = None
    body = json.dumps(body).encode()
    head = b"\nORCH-ANSWER %s %d %s\n" % (answer[1], len(body), hashlib.sha256(body).hexdigest().encode())
    return head + body + b"\nORCH-END " + answer[1] + b"\n"
WHOLE = re.compile(rb"\nORCH-ANSWER ([0-9a-f]+) (\d+) [0-9a-f]+\n(.*?)\nORCH-END \1\n", re.DOTALL)
kept = b""
while piece := os.read(real.stdout.fileno(), 65536):
    kept += piece
    if b"\nORCH-ANSWER" not in kept or WHOLE.search(kept):
        os.write(1, WHOLE.sub(altered, kept)); kept = b""
"""


INSTALL = "cat >/tmp/python && chmod 755 /tmp/python && sudo mv /tmp/python /usr/bin/python3"
HEAL = "sudo rm -f /tmp/hostile /usr/bin/python3; sudo ln -s python3.11 /usr/bin/python3"
