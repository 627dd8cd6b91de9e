#!/bin/sh
# Writes an archive of this machine's podman, with conmon, crun and the libraries of all three, to the file $1.
set -eu
{
    dpkg -L podman conmon crun golang-github-containers-common golang-github-containers-image |
        grep -Ev '^/usr/share/(doc|man|bash-completion|fish|zsh|lintian|bug)|/systemd/'
    for program in podman conmon crun; do ldd "/usr/bin/$program"; done | grep -o '/[^ ]*'
} | sort -u | while read -r path; do [ ! -f "$path" ] || echo "$path"; done |
    tar --create --dereference --absolute-names --transform 's,^/,,' --files-from - --file "$1"
