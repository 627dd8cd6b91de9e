"""The host as a whole, on real hosts: what a hardening role changes is seen, and what happens by itself is no difference."""

import time

import pytest

from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.lab.fleet import Lab
from orchestrator.policy.evidence.drift import compare, summary_lines
from tests.fleet.lab_targets import captured_of, run, targets_of

SCOPE = BaselineScope(files=("/etc",), exclude=("/etc/*-",), content_limit=0)
HARDENED = [
    ("chmod u-s /usr/bin/su", "chmod u+s /usr/bin/su", "set-uid file /usr/bin/su is gone"),
    ("chmod 0700 /boot /home/deploy", "chmod 0755 /boot; chmod 0755 /home/deploy",
     "system folder /boot mode 0755 -> 0700"),
    ("mount -o remount,noexec /dev/shm", "mount -o remount,exec /dev/shm",
     "mount /dev/shm options nodev,nosuid,nr_inodes"),
    # The whole file is put back: with the password comes the day of its change, which may be another one.
    ("cp -p /etc/shadow /root/shadow; usermod -p '*x' deploy", "cat /root/shadow > /etc/shadow; rm /root/shadow",
     "password deploy digest"),
    ("chage -M 90 root", "chage -M 99999 root", "password root maximum 99999 -> 90"),
    ("printf 'ssh-ed25519 AAAA x\\n' > /root/.ssh/authorized_keys", "rm /root/.ssh/authorized_keys",
     "system file /root/.ssh/authorized_keys is new"),
    ("echo '* * * * * root true' > /var/spool/cron/x", "rm /var/spool/cron/x", "system file /var/spool/cron/x is new"),
    ("mkdir -p /usr/local/lib/python3.11/dist-packages/shop-2.0.dist-info",
     "rm -r /usr/local/lib/python3.11/dist-packages/shop-2.0.dist-info",
     "python package /usr/local/lib/python3.11/dist-packages/shop is new"),
    ("systemctl stop systemd-tmpfiles-clean.timer", "systemctl start systemd-tmpfiles-clean.timer",
     "timer systemd-tmpfiles-clean.timer is gone"),
    ("hostname other", "hostname $(cat /etc/hostname)", "host name hostname "),
    ("mkdir /srv/left", "rmdir /srv/left", "system folder /srv/left is new"),
]  # fmt: skip


def test_what_a_hardening_role_does_is_seen_and_its_undoing_is_proved(lab: Lab) -> None:
    target = targets_of(lab)[2]
    run(
        lab,
        target.host,
        "sudo mkdir -p /root/.ssh /var/spool/cron /usr/local/lib/python3.11/dist-packages;"
        " sudo chmod 0755 /boot /home/deploy",
    )
    [before] = captured_of([target], SCOPE)
    assert before.cuts == ()
    script = "\n".join(row[0] for row in HARDENED)
    undoing = "\n".join(row[1] for row in reversed(HARDENED))
    run(lab, target.host, f"sudo sh -e <<'END'\n{script}\nEND")
    try:
        [changed] = captured_of([target], SCOPE)
    finally:
        run(lab, target.host, f"sudo sh <<'END'\n{undoing}\nEND")
    lines = summary_lines(compare(before, changed).differences)
    missing = [row[2] for row in HARDENED if not any(row[2] in line for line in lines)]
    assert missing == [], lines
    [after] = captured_of([target], SCOPE)
    assert summary_lines(compare(before, after).differences) == []


def test_light_hosts_have_a_system_too(light_lab: Lab) -> None:
    target = targets_of(light_lab)[0]
    [before], [after] = captured_of([target], BaselineScope()), captured_of([target], BaselineScope())
    assert summary_lines(compare(before, after).differences) == []
    assert {"mount", "set-uid file", "system folder", "password"} <= {item.kind for item in before.items}


ACTIVITY = (
    "sudo run-parts /etc/cron.daily; sudo logrotate -f /etc/logrotate.conf; sudo -u deploy true; "
    "sudo systemctl start systemd-tmpfiles-clean.service; logger hello; sudo journalctl --rotate; true"
)


@pytest.mark.slow
def test_twenty_captures_over_a_minute_of_usual_activity_are_equal(lab: Lab) -> None:
    target = targets_of(lab)[3]
    scope = BaselineScope(units=("*",))
    [first] = captured_of([target], scope)
    for _ in range(20):
        run(lab, target.host, ACTIVITY)
        time.sleep(2)
        [later] = captured_of([target], scope)
        assert isinstance(later, Baseline)
        assert summary_lines(compare(first, later).differences) == []
