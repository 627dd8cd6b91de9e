#!/bin/sh
# Makes three snapshots of a repository on this host: /srv/snapshots/october, november and december. Each has the package
# timekeeper in a newer version, whose installation asks for a reboot; that of december does not start.
set -eu
rm -rf /srv/snapshots
for snapshot in october:1.0 november:1.1 december:1.2; do
    version="${snapshot#*:}"
    mkdir -p "/srv/snapshots/${snapshot%:*}"
    cd "/srv/snapshots/${snapshot%:*}"
    tree="$(mktemp -d)"
    chmod 755 "$tree"
    mkdir -p "$tree/DEBIAN" "$tree/usr/sbin" "$tree/lib/systemd/system"
    printf 'Package: timekeeper\nVersion: %s\nArchitecture: all\nMaintainer: nobody <nobody@example>\nDescription: keeps time\n' \
        "$version" >"$tree/DEBIAN/control"
    printf '#!/bin/sh\ntouch /run/reboot-required\n' >"$tree/DEBIAN/postinst"
    printf '#!/bin/sh\nexec sleep infinity # %s\n' "$version" >"$tree/usr/sbin/timekeeper"
    [ "$version" != 1.2 ] || printf '#!/bin/sh\nexit 1\n' >"$tree/usr/sbin/timekeeper"
    printf '[Unit]\nDescription=Keeps time\n\n[Service]\nExecStart=/usr/sbin/timekeeper\n\n[Install]\nWantedBy=multi-user.target\n' \
        >"$tree/lib/systemd/system/timekeeper.service"
    chmod 755 "$tree/DEBIAN/postinst" "$tree/usr/sbin/timekeeper"
    file="timekeeper_${version}_all.deb"
    dpkg-deb --root-owner-group --build "$tree" "$file" >/dev/null
    {
        dpkg-deb --field "$file"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
    } >Packages
    rm -rf "$tree"
done
# The only source: a lab host reaches no other.
: >/etc/apt/sources.list
echo 'deb [trusted=yes] file:/srv/snapshots/october ./' >/etc/apt/sources.list.d/snapshot.list
apt-get -qq update
