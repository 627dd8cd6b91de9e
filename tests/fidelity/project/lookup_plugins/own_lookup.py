"""A lookup of the project's own."""

from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        return ["%s of %s" % (term, variables["inventory_hostname"]) for term in terms]
