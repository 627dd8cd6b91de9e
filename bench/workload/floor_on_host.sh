# The twelve tasks as a shell script, run on the host in the folder that the files were unpacked to.
set -eu
cd "$1"
groupadd --system orders
useradd --system --gid orders --home-dir /var/lib/orders --no-create-home orders
install -d -m 755 /opt/orders/releases/2.0
install -d -m 750 -o orders -g orders /var/lib/orders
install -m 644 dml/orders-2.0.bin /opt/orders/releases/2.0/orders.bin
printf 'version=2.0\nhost=%s\nworkers=4\nrelease=/opt/orders/releases/2.0\n' "$2" > /etc/orders/orders.conf
chown root:orders /etc/orders/orders.conf
chmod 640 /etc/orders/orders.conf
install -m 755 files/orders-serve /usr/local/bin/orders-serve
sed -i 's/^nofile=.*/nofile=4096/' /etc/orders/limits.conf
test -s /opt/orders/releases/2.0/orders.bin
ln -sfn /opt/orders/releases/2.0 /opt/orders/current
/usr/local/bin/orders-serve start
cd /
rm -rf "$1"
