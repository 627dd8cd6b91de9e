"""CMDBs outside over HTTP: NetBox and ServiceNow."""

from orchestrator.adapters.cmdb.over_http import HttpCmdbs

__all__ = ["HttpCmdbs"]
