"""Facts of its own."""

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.facts.compat import ansible_facts


def main():
    module = AnsibleModule(
        argument_spec={
            "of_ansible": {"type": "bool", "default": False},
            "gather_subset": {"type": "list", "default": ["!all"]},
        },
        supports_check_mode=True,
    )
    facts = {"own_fact": "value", "own_list": [1, 2, {"three": 3}]}
    if module.params["of_ansible"]:
        facts["names"] = sorted(ansible_facts(module))[:5]
    module.exit_json(changed=False, ansible_facts=facts)


main()
