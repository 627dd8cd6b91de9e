"""A module that one role has."""

from ansible.module_utils.basic import AnsibleModule


def main():
    module = AnsibleModule(argument_spec={"text": {}})
    module.exit_json(changed=False, text=module.params["text"])


main()
