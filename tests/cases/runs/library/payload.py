"""Writes down what came with it: how many texts, of how many the bytecode too."""

import sys
import zipfile
import zipimport
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule({"log": {"type": "path"}})
    its_loader: zipimport.zipimporter = vars(sys.modules["ansible.module_utils.basic"])["__loader__"]
    names = zipfile.ZipFile(its_loader.archive).namelist()
    texts = {name for name in names if name.endswith(".py")} - {"sitecustomize.py"}
    compiled = {name[:-1] for name in names if name.endswith(".pyc")}
    Path(module.params["log"]).write_text(f"{len(texts) > 20} {compiled == texts} {len(compiled) > 0}\n")
    module.exit_json()


if __name__ == "__main__":
    main()
