"""Imports what no host has."""

from ansible.module_utils.basic import AnsibleModule
import no_such_thing_anywhere

AnsibleModule(argument_spec={}).exit_json(thing=str(no_such_thing_anywhere))
