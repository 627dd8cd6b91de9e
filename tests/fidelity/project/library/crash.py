"""Ends in an exception, at the place it is told."""

from ansible.module_utils.basic import AnsibleModule


class Unusual(Exception):
    def __str__(self):
        return "unusual: ünïcode"


def main():
    module = AnsibleModule(argument_spec={"how": {"default": "plain"}})
    if module.params["how"] == "chained":
        try:
            {}["absent"]
        except KeyError as fault:
            raise Unusual() from fault
    if module.params["how"] == "recursion":
        main.__globals__["again"]()
    if module.params["how"] == "keyboard":
        raise KeyboardInterrupt
    raise RuntimeError("it crashed")


def again():
    again()


main()
