#!/usr/bin/python
import json

given = json.loads("""<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>""")
print(json.dumps({"changed": False, "given": sorted(key for key in given if not key.startswith("_ansible"))}))
