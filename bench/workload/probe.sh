# What a host holds after a run, one fact a line, the same on every host.
sha256sum < /opt/orders/current/orders.bin
readlink -f /opt/orders/current
cat /var/lib/orders/started
sed "s/^host=$(hostname)$/host=itself/" /etc/orders/orders.conf
cat /etc/orders/limits.conf
id -un orders && id -gn orders
stat -c '%n %a %U %G' /opt/orders/releases/2.0 /opt/orders/releases/2.0/orders.bin /var/lib/orders /etc/orders/orders.conf /usr/local/bin/orders-serve
true
