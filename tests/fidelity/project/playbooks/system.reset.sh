userdel -rf fid_user 2>/dev/null; groupdel fid_group 2>/dev/null
systemctl disable --now fid-sleep 2>/dev/null; rm -f /etc/systemd/system/fid-sleep.service /etc/cron.d/fidelity; systemctl daemon-reload
