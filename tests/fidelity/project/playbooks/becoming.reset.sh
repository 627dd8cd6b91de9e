userdel -rf fid_plain 2>/dev/null; userdel -rf fid_boss 2>/dev/null
gpasswd -d root games >/dev/null 2>&1
useradd -m -s /bin/bash -u 2101 fid_plain; useradd -m -s /bin/bash -u 2102 fid_boss
printf 'fid_plain:plain word\nfid_boss:pass word\nroot:root word\n' | chpasswd
echo 'fid_boss ALL=(ALL) ALL' >/etc/sudoers.d/fid_boss; chmod 440 /etc/sudoers.d/fid_boss
cp -r /home/deploy/.ssh /home/fid_boss/; chown -R fid_boss:fid_boss /home/fid_boss/.ssh
chmod 777 "$work"
