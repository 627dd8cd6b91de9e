"""A module as people write them, with module_utils of its own."""

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.own_words import greeting


def main():
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True, "aliases": ["who"]},
            "times": {"type": "int", "default": 1},
            "secret": {"type": "str", "no_log": True},
            "kind": {"choices": ["plain", "fancy"], "default": "plain"},
            "path": {"type": "path"},
        },
        required_by={"secret": ["path"]},
        supports_check_mode=True,
    )
    result = {"changed": True, "greeting": greeting(module.params["name"], module.params["times"])}
    result["diff"] = {"before": "nobody\n", "after": module.params["name"] + "\n"}
    result["checked"] = module.check_mode
    result["secret_was"] = module.params["secret"]
    if module.params["kind"] == "fancy":
        module.warn("Fancy greetings cost more.")
        module.deprecate("Fancy greetings go away.", version="99.0", collection_name="own.words")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
