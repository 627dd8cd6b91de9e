"""Files by way of basic: atomic_move, backup, set_fs_attributes."""

import os

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(
        argument_spec={"path": {"type": "path", "required": True}, "text": {"default": ""}},
        add_file_common_args=True,
        supports_check_mode=True,
    )
    temporary = os.path.join(module.tmpdir, "written")
    with open(temporary, "w") as file:
        file.write(module.params["text"])
    backup = (
        bool(module.backup_local(module.params["path"])) if os.path.exists(module.params["path"]) else None
    )
    module.atomic_move(temporary, module.params["path"])
    changed = module.set_fs_attributes_if_different(module.load_file_common_arguments(module.params), True)
    module.exit_json(
        changed=changed,
        digest=module.sha1(module.params["path"]),
        backup=backup,
        left=os.path.exists(temporary),
    )


main()
