"""The first task of an attempt, in the shell of its hosts: it shows the epoch, and a host that has seen a newer one refuses.

A run that was paused wakes up after another has taken its place; only the host can tell it so. What goes on after such a
pause shows a newer epoch still: so it also says which epochs it knows of, and any other refuses it. Nothing but a POSIX shell
and flock is needed there. What it prints is read by the callback plugin.
"""

MACHINES = "orch_fenced_machines"
"""The variable that holds the machine-id each host is expected to have."""
KNOWN = "orch_fenced_known"
"""The variable that holds the epochs each host may hold, with a space between."""

# $1 is the epoch, $2 the machine-id or nothing, $3 the epochs that are known of or nothing, $4 the house or nothing.
# $5 is the store or nothing: it is told of a run that it has forgotten. A disk without room for that stops no run.
# There is no single quote in it, and nothing that Jinja would take for its own.
# Thirteen digits are no epoch, and beyond what some shells compare: there every comparison is false, which would let it pass.
# The login's number leads to processes that a run leaves with another environment (on_target/items/run_processes.py).
# The record is of one width, so that a full disk cannot keep the newer epoch out: then it is written over the older.
_KEEP = """\
d=/var/lib/orch; l=/run/orch-logins; umask 022; i=; h=0; s=; g=;
read -r i 2>/dev/null </etc/machine-id || read -r i 2>/dev/null </var/lib/dbus/machine-id;
say() { echo "orch fence $1 $2 end"; };
if [ -n "$2" ] && [ "$2" != "$i" ]; then say machine "${i:-none}"; exit 79; fi;
if [ "$1" = 0 ]; then say ok 0; exit 0; fi;
mkdir -p $d && exec 9>>$d/epoch.lock && flock -w 10 9 || { say failed lock; exit 78; };
if [ -e $d/house ]; then read -r g <$d/house || g=unreadable; fi;
case "$g" in *[!0-9a-f]*) say failed house; exit 78;; esac;
if [ -n "$g" ] && [ "$g" != "$4" ]; then say house "$g"; exit 75; fi;
if [ -s $d/epoch ]; then read -r h <$d/epoch || h=; fi;
case "$h" in ""|*[!0-9]*|?????????????*) say failed unreadable; exit 78;; esac;
if [ "$h" -gt "$1" ]; then say newer "$h"; exit 77; fi;
if [ -n "$3" ] && [ "$h" != 0 ]; then case " $3 $1 " in *" $h "*) ;; *) say other "$h"; exit 76;; esac; fi;
if [ "$h" -lt "$1" ]; then
  { printf "%-20s\\n" "$1" | dd of=$d/.epoch conv=fsync 2>/dev/null && mv -f $d/.epoch $d/epoch; } ||
  { rm -f $d/.epoch; printf "%-20s\\n" "$1" | dd of=$d/epoch conv=notrunc,fsync 2>/dev/null; };
  read -r h <$d/epoch; [ "$h" = "$1" ] || { say failed write; exit 78; };
fi;
if [ -n "$4" ] && [ -z "$g" ]; then
  printf "%s\\n" "$4" | dd of=$d/.house conv=fsync 2>/dev/null && mv -f $d/.house $d/house;
  read -r g <$d/house; [ "$g" = "$4" ] || { say failed house; exit 78; };
fi;
read -r s 2>/dev/null </proc/self/sessionid; [ -z "$s" ] || { printf "%s %s\\n" "$1" "$s" >>$l; } 2>/dev/null;
if [ -n "$5" ]; then
  { mkdir -p $d/stores && printf "%s\\n" "$1" | dd of=$d/stores/.new conv=fsync &&
    mv -f $d/stores/.new "$d/stores/$5"; } 2>/dev/null;
fi;
say ok "$1"
"""
# The login shell may be any; root is needed only where there is an epoch to keep.
_AS_ROOT = (
    'if [ "$2" = 0 ] || [ "$(id -u)" = 0 ]; then exec /bin/sh -c "$1" fence "$2" "$3" "$4" "$5" "$6"; '
    'else exec sudo -n -- /bin/sh -c "$1" fence "$2" "$3" "$4" "$5" "$6"; fi'
)


def task(epoch: int, house: str = "", store: str = "") -> str:
    """The command line, with templates for what is known of each host. Raises ValueError for what is no house or store."""
    for name, given in (("house", house), ("store", store)):
        if set(given) - set("0123456789abcdef"):
            raise ValueError(f"{given!r} is no id of a {name}")
    machine, known = (f'{{{{ {name}[inventory_hostname] | default("") }}}}' for name in (MACHINES, KNOWN))
    return f"/bin/sh -c '{_AS_ROOT}' orch '{_KEEP.strip()}' {epoch} '{machine}' '{known}' '{house}' '{store}'".replace(
        "\n", " "
    )
