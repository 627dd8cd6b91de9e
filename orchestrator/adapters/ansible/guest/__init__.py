"""What runs under the Python of an Ansible that is not orch's: plain files, with no package of orch's beside them.

`entry` is started by its path and lets these files find one another (`FILES`) under the names that they have in orch.
`core` names what differs between the series of ansible-core, one module for each range of them.
"""
