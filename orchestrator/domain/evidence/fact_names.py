"""Facts of hosts that old playbooks read as variables of their own, which they are only where a plan allows it.

`ansible_local` is left out: Ansible makes it a variable in any case (ansible/vars/manager.py).
"""

import re
from collections.abc import Iterator

_FACTS = """
all_ipv4_addresses all_ipv6_addresses apparmor architecture bios_date bios_vendor bios_version board_asset_tag board_name
board_serial board_vendor board_version chassis_asset_tag chassis_serial chassis_vendor chassis_version cmdline date_time
default_ipv4 default_ipv6 device_links devices distribution distribution_file_parsed distribution_file_path
distribution_file_variety distribution_major_version distribution_minor_version distribution_release distribution_version
dns domain effective_group_id effective_group_ids effective_user_id env fibre_channel_wwn fips firmware_version form_factor
fqdn hostname hostnqn interfaces is_chroot iscsi_iqn kernel kernel_version loadavg locally_reachable_ips lsb lvm machine
machine_id memfree_mb memory_mb memtotal_mb mounts nodename os_family pkg_mgr proc_cmdline processor processor_cores
processor_count processor_nproc processor_threads_per_core processor_vcpus product_name product_serial product_uuid
product_version python python_version real_group_id real_user_id selinux selinux_python_present service_mgr swapfree_mb
swaptotal_mb system system_capabilities system_capabilities_enforced system_vendor uptime_seconds user_dir user_gecos
user_gid user_id user_shell user_uid userspace_architecture userspace_bits virtualization_role virtualization_tech_guest
virtualization_tech_host virtualization_type
"""
_LINKS = r"(?:eth|en[opsx]|em|bond|br|wlan|docker|tun|tap|veth|lo)\d[\w]*|lo"
_HOST_KEYS = r"ssh_host_key_\w+_public(?:_keytype)?|ssh_host_pub_keys"
_GETENT = r"getent_(?:passwd|group|shadow|hosts|services|networks|protocols|ahosts)"
_NAME = (
    rf"ansible_(?:{'|'.join(sorted(_FACTS.split(), key=len, reverse=True))}|{_HOST_KEYS}|{_LINKS})|{_GETENT}"
)
INJECTED = re.compile(rf"(?<![\w$])(?:{_NAME})(?!\w)")
"""A fact as a variable: what `setup` and `getent` tell, by the names that they have beside `ansible_facts`."""
_UNDEFINED = re.compile(rf"(?:'({_NAME})' is undefined|has no attribute '({_NAME})')")


def plain_form(name: str) -> str:
    """How the fact is read in any case: `ansible_os_family` as `ansible_facts['os_family']`."""
    return f"ansible_facts['{name.removeprefix('ansible_')}']"


def undefined_facts(message: str) -> Iterator[str]:
    """The facts that a task failed for, as Ansible's message names them."""
    return (match[1] or match[2] for match in _UNDEFINED.finditer(message))
