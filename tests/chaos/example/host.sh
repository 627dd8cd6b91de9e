# Makes a host what it is before each rollout: version 1.0, its service answering, no act on its log.
set -e
rm -rf /etc/chaos /var/lib/chaos /var/log/chaos-acts.log /var/lib/chaos.dies
mkdir -p /etc/chaos
echo "1.0 good" > /etc/chaos/version
echo 1.0 > /etc/chaos/notes
cat > /usr/local/sbin/chaos-server <<'SERVER'
import http.server, os, threading
text = open("/etc/chaos/version").read().split()
if os.path.exists("/var/lib/chaos.dies"):
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
cat > /etc/systemd/system/chaos.service <<'UNIT'
[Service]
ExecStart=/usr/bin/python3 -B /usr/local/sbin/chaos-server
[Install]
WantedBy=multi-user.target
UNIT
cat > /usr/local/sbin/chaos-restart <<'RESTART'
#!/bin/sh
# A service belongs to no run: systemd starts it, with an environment of its own, also after a reboot.
systemctl restart chaos
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  sleep 0.2
  python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8080), 1)' 2>/dev/null && exit 0
done
exit 1
RESTART
chmod +x /usr/local/sbin/chaos-restart
systemctl daemon-reload
systemctl enable --quiet chaos
/usr/local/sbin/chaos-restart
