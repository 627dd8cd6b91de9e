# Makes a host what it is before each rollout: version 1.0, its service answering, no act on its log.
set -e
rm -rf /etc/chaos /var/lib/chaos /var/log/chaos-acts.log
mkdir -p /etc/chaos
echo "1.0 good" > /etc/chaos/version
echo 1.0 > /etc/chaos/notes
cat > /usr/local/sbin/chaos-server <<'SERVER'
import http.server, os, threading
text = open("/etc/chaos/version").read().split()
if "dies" in text:
    threading.Timer(5, lambda: os._exit(1)).start()
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(500 if self.path == "/health" and "bad" in text else 200)
        self.end_headers()
        self.wfile.write(text[0].encode())
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer.allow_reuse_address = True
http.server.ThreadingHTTPServer(("", 8080), Answer).serve_forever()
SERVER
cat > /usr/local/sbin/chaos-restart <<'RESTART'
#!/bin/sh
# A service belongs to no run: it starts with an environment of its own.
test -e /run/chaos.pid && kill -9 "$(cat /run/chaos.pid)" 2>/dev/null
sleep 0.1
env -i PATH=/usr/bin:/bin setsid sh -c 'echo $$ > /run/chaos.pid; exec python3 -B /usr/local/sbin/chaos-server' > /dev/null 2>&1 < /dev/null &
for i in 1 2 3 4 5 6 7 8 9 10; do
  sleep 0.2
  python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8080), 1)' 2>/dev/null && exit 0
done
exit 1
RESTART
chmod +x /usr/local/sbin/chaos-restart
/usr/local/sbin/chaos-restart
