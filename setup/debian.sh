#!/usr/bin/env bash
# Install missing Debian packages: those named, or all of setup/debian-packages.txt. Says first which ones. --tests and --models
# add the packages of debian-packages-tests.txt and debian-packages-models.txt.
# With --look it installs nothing. Ends with 0 when nothing is missing (any more), else with 1 and what to do.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

look=no
named=()
lists=(setup/debian-packages.txt)
for word in "$@"; do
    case "$word" in
        --look) look=yes ;;
        --tests | --models) lists+=("setup/debian-packages-${word#--}.txt") ;;
        *) named+=("$word") ;;
    esac
done
wanted="${named[*]:-$(awk '!/^#/ && NF { print $1 }' "${lists[@]}" | xargs)}"

if ! command -v dpkg-query >/dev/null; then
    lacks "Debian or a system derived from it, with these packages: $wanted"
    exit 1
fi

# A package may bring another's programs and refuse to stand beside it: nodejs of other makers than Debian brings npm.
provided="$(dpkg-query -W -f '${db:Status-Status} ${Provides}\n' | sed -n 's/^installed //p' | sed 's/([^)]*)//g' | tr ',' ' ')"
is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ||
        [[ " ${provided//$'\n'/ } " == *" $1 "* ]]
}
missing=()
for package in $wanted; do is_installed "$package" || missing+=("$package"); done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$look" = yes ] || [ "$(id -u)" -ne 0 ]; then
    lacks "Debian packages; as root: apt-get install --no-install-recommends ${missing[*]}"
    exit 1
fi

does "installs the Debian packages ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log="$(mktemp)"
# Nothing may start while packages are installed; running services stay as they are.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] && policy=
tidy() { rm -f "$log"; [ -z "$policy" ] || rm -f "$policy"; }
trap tidy EXIT
[ -z "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; }
install() { apt-get install -qq -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 </dev/null; }
# A new machine has no package lists yet, an old one has stale ones.
install || { apt-get update -qq >"$log" 2>&1 && install; } ||
    { tail -n 20 "$log" >&2; lacks "apt-get could not install ${missing[*]}"; exit 1; }
# Nothing may start at the next boot either: tests start these on the loopback interface or in the lab, configured by themselves.
for service in openssh-server:ssh haproxy:haproxy nginx-light:nginx prometheus:prometheus podman:podman \
    docker.io:docker docker.io:containerd docker-registry:docker-registry; do
    case " ${missing[*]} " in
        *" ${service%%:*} "*) systemctl disable --quiet "${service##*:}.service" >/dev/null 2>&1 || true ;;
    esac
done
case " ${missing[*]} " in
    *" podman "*)
        systemctl disable --quiet podman.socket podman-restart.service \
            podman-auto-update.service podman-auto-update.timer >/dev/null 2>&1 || true
        ;;
esac
case " ${missing[*]} " in
    *" docker.io "*) systemctl disable --quiet docker.socket >/dev/null 2>&1 || true ;;
esac
