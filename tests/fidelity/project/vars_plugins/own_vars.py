"""Variables of the project's own."""

from ansible.plugins.vars import BaseVarsPlugin

DOCUMENTATION = """
name: own_vars
short_description: variables of own
description: variables of own
options: {}
"""


class VarsModule(BaseVarsPlugin):
    REQUIRES_ENABLED = False

    def get_vars(self, loader, path, entities):
        super().get_vars(loader, path, entities)
        return {"by_vars_plugin": sorted(entity.name for entity in entities)[0] if entities else ""}
