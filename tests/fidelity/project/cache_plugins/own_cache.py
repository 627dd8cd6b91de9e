"""A cache of the project's own: JSON files with another ending."""

DOCUMENTATION = """
name: own_cache
short_description: JSON with another ending
description: JSON with another ending
options:
  _uri: {required: true, type: path, description: folder, env: [{name: ANSIBLE_CACHE_PLUGIN_CONNECTION}], ini: [{key: fact_caching_connection, section: defaults}]}
  _prefix: {description: prefix, env: [{name: ANSIBLE_CACHE_PLUGIN_PREFIX}], ini: [{key: fact_caching_prefix, section: defaults}]}
  _timeout: {default: 86400, type: integer, description: seconds, env: [{name: ANSIBLE_CACHE_PLUGIN_TIMEOUT}], ini: [{key: fact_caching_timeout, section: defaults}]}
"""
from ansible.plugins.cache.jsonfile import CacheModule as Json


class CacheModule(Json):
    pass
