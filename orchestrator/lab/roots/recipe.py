"""What the base root of all lab hosts is made of. Any change here makes a new base beside the old one."""

from orchestrator.lab.options import USER

RECIPE = 1

# acl: Ansible needs setfacl to become a user other than root; python3-apt: its package module.
PACKAGES = (
    "acl",
    "dbus",
    "iproute2",
    "libpam-systemd",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "sudo",
    "systemd",
    "systemd-sysv",
)

# The password "*" matches nothing; with "!" sshd would refuse the account as locked.
AS_ROOT_OF_IT = (
    ("useradd", "--create-home", "--shell", "/bin/bash", "--user-group", "--password", "*", USER),
    ("install", "-d", "-m", "0700", "-o", USER, "-g", USER, f"/home/{USER}/.ssh"),
)

FILES = {
    f"etc/sudoers.d/{USER}": (0o440, f"{USER} ALL=(ALL:ALL) NOPASSWD: ALL\n"),
    "etc/ssh/sshd_config.d/lab.conf": (
        0o644,
        "HostKey /etc/ssh/ssh_host_ed25519_key\nPasswordAuthentication no\nUseDNS no\nPrintMotd no\n"
        "MaxStartups 200\nMaxSessions 100\n",
    ),
    # Before that, sshd would answer and then send everybody away: "System is booting up" (pam_nologin(8)).
    "etc/systemd/system/ssh.service.d/lab.conf": (
        0o644,
        "[Unit]\nAfter=systemd-user-sessions.service dbus.service systemd-logind.service\n",
    ),
    "etc/systemd/journald.conf.d/lab.conf": (0o644, "[Journal]\nSystemMaxUse=32M\nRuntimeMaxUse=16M\n"),
    "etc/resolv.conf": (
        0o644,
        "# A lab host knows no name server: nothing beyond its own network is reachable.\n",
    ),
    "etc/machine-id": (0o444, ""),
    "etc/hostname": (0o644, "unnamed\n"),
}

# Nothing here has a console, a clock of its own to set, or packages to fetch by night.
MASKED = (
    "apt-daily-upgrade.timer",
    "apt-daily.timer",
    "console-getty.service",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "getty.target",
    "systemd-networkd.service",
    "systemd-networkd.socket",
    "systemd-resolved.service",
    "systemd-timesyncd.service",
)
