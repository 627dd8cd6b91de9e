#!/bin/sh
# Makes a repository of apt on this host: /srv/packages with greeter 1.0, 1.1 and 1.2, of which 1.2 does not work.
set -eu
rm -rf /srv/packages
mkdir -p /srv/packages
cd /srv/packages
for version in 1.0 1.1 1.2; do
    tree="$(mktemp -d)"
    chmod 755 "$tree"
    mkdir -p "$tree/DEBIAN" "$tree/usr/bin"
    printf 'Package: greeter\nVersion: %s\nArchitecture: all\nMaintainer: nobody <nobody@example>\nDescription: greets\n' \
        "$version" >"$tree/DEBIAN/control"
    printf '#!/bin/sh\necho "greeter %s"\n' "$version" >"$tree/usr/bin/greeter"
    [ "$version" != 1.2 ] || echo 'exit 1' >>"$tree/usr/bin/greeter"
    chmod 755 "$tree/usr/bin/greeter"
    file="greeter_${version}_all.deb"
    dpkg-deb --root-owner-group --build "$tree" "$file" >/dev/null
    {
        dpkg-deb --field "$file"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
    } >>Packages
    rm -rf "$tree"
done
echo 'deb [trusted=yes] file:/srv/packages ./' >/etc/apt/sources.list.d/packages.list
apt-get -qq update -o Dir::Etc::sourcelist=sources.list.d/packages.list -o Dir::Etc::sourceparts=-
