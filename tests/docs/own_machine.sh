#!/usr/bin/env bash
# own_machine.sh NAME LABS COMMAND...: run a command as if this machine were its own. Labs have their usual names there, and nothing of
# the labs of others is seen: network, mounts, processes and control groups are apart, and the folder LABS holds the labs.
# When the command ends or is killed, the kernel ends every process in it. Needs root.
set -euo pipefail
name=$1 labs=$2
shift 2
hierarchies() { awk '$3 == "cgroup2" || $4 ~ /name=systemd/ {print $2}' /proc/mounts; }

hierarchies | while read -r top; do
    mkdir -p "$top/$name"
    echo $$ >"$top/$name/cgroup.procs"
done
inside='
set -euo pipefail
labs=$1
shift
awk "\$3 == \"cgroup2\" || \$4 ~ /name=systemd/ {print \$2, \$3}" /proc/mounts | while read -r top kind; do
    umount "$top"
    if [ "$kind" = cgroup2 ]; then mount -t cgroup2 none "$top"; else mount -t cgroup -o none,name=systemd none "$top"; fi
done
mkdir -p /run/netns /run/orch-lab /var/lib/orch-lab/labs
mount -t tmpfs none /run/netns
mount -t tmpfs none /run/orch-lab
mount --bind "$labs" /var/lib/orch-lab/labs
ip link set lo up
exec "$@"'
code=0
# Not exec: the groups go when everything in them is gone.
unshare --mount --net --cgroup --pid --fork --kill-child --mount-proc --propagation private bash -c "$inside" inside "$labs" "$@" || code=$?
# In this shell and no child of it: whoever is in a group keeps it.
for top in $(hierarchies); do echo $$ >"$top/cgroup.procs"; done
for top in $(hierarchies); do
    for _ in $(seq 50); do # what was killed leaves its group a moment later
        find "$top/$name" -depth -type d -exec rmdir {} + 2>/dev/null || true
        [ -d "$top/$name" ] || break
        sleep 0.1
    done
done
exit "$code"
