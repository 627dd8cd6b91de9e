"""Where the files are that say how the whole host behaves: the part `system` of a baseline captures them everywhere."""

from typing import Any

from orchestrator.domain.evidence.baseline import BaselineScope

SYSTEM_TREES = (
    "/etc/crontab", "/etc/anacrontab", "/etc/cron.*", "/var/spool/cron", "/etc/at.allow", "/etc/at.deny",
    "/etc/sudoers", "/etc/sudoers.d", "/etc/sudo.conf", "/etc/doas.conf", "/etc/polkit-1", "/etc/pam.conf", "/etc/pam.d",
    "/etc/security", "/etc/login.defs", "/etc/securetty", "/etc/shells", "/etc/nsswitch.conf", "/etc/subuid", "/etc/subgid",
    "/etc/ssh", "/etc/hosts", "/etc/hosts.allow", "/etc/hosts.deny", "/etc/hostname", "/etc/environment", "/etc/profile",
    "/etc/profile.d", "/etc/bash.bashrc", "/etc/default", "/etc/sysconfig", "/etc/ld.so.preload", "/etc/ld.so.conf",
    "/etc/ld.so.conf.d", "/etc/fstab", "/etc/crypttab", "/etc/exports", "/etc/network", "/etc/netplan", "/etc/sysctl.conf",
    "/etc/sysctl.d", "/etc/modules", "/etc/modules-load.d", "/etc/modprobe.d", "/etc/udev/rules.d", "/etc/tmpfiles.d",
    "/etc/sysusers.d", "/etc/binfmt.d", "/etc/rc.local", "/etc/init.d", "/etc/rc*.d", "/etc/inittab", "/etc/grub.d",
    "/etc/nftables.conf", "/etc/nftables", "/etc/iptables", "/etc/ufw", "/etc/firewalld", "/etc/selinux/config",
    "/etc/apparmor.d", "/etc/audit", "/etc/rsyslog.conf", "/etc/rsyslog.d", "/etc/logrotate.conf", "/etc/logrotate.d",
    "/etc/apt", "/etc/dpkg", "/etc/yum.conf", "/etc/yum.repos.d", "/etc/yum", "/etc/dnf", "/etc/pip.conf",
    "/etc/alternatives", "/var/lib/dpkg/alternatives", "/var/lib/alternatives", "/var/lib/dpkg/diversions",
    "/var/lib/dpkg/statoverride", "/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd/system-generators",
    "/usr/lib/systemd/system/*.d", "/usr/local/bin", "/usr/local/sbin", "/usr/local/etc", "/usr/local/share/ca-certificates",
    "/etc/ca-certificates.conf", "/etc/localtime", "/etc/timezone", "/etc/locale.conf",
)  # fmt: skip
"""Patterns of folders and files. Not `/etc` as a whole: much in it changes by itself, and a release names its own."""
CHANGING_BY_THEMSELVES = (
    "/var/spool/cron/atjobs", "/var/spool/cron/atspool", "/var/spool/cron/lastrun", "/etc/firewalld/*.old",
    "/etc/sysconfig/*.bak", "/etc/apparmor.d/cache", "/etc/network/run", "/etc/apt/apt.conf.d/*.tmp", "/etc/apt/*.dpkg-tmp",
)  # fmt: skip
"""What is below those trees and changes without anybody's doing."""


def scope_question(scope: BaselineScope) -> dict[str, Any]:
    """A scope as a host is asked for it: with the places of the system."""
    places = {"trees": list(SYSTEM_TREES), "by_themselves": list(CHANGING_BY_THEMSELVES)}
    return {**scope.model_dump(mode="json"), "places": places}
