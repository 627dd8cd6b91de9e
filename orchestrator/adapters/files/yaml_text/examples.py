"""Examples for messages about patterns and missing keys."""

EXAMPLES = {
    "orch": "1",
    "purpose": "Bring version 2.4.0 of the shop to live.",
    "release": "{name: shop, version: 2.4.0, units: [...]}",
    "objectives": '"99% of requests are answered in under 300 ms"',
    "strategy": "{kind: phased, hosts: web, playbook: playbooks/deploy.yml, waves: [1, 25%, rest]}",
    "roles": "{deployment manager: Ada Berg}",
    "resources": "{environment: staging, inventory: inventories/staging.ini}",
    "risks": "[{risk: a host runs out of space, mitigation: space is checked beforehand}]",
    "communication": "[{audience: service desk, channel: mail}]",
    "validation": "{environment: [{space: {free: 1GiB}}], acceptance: [{unit: shop}]}",
    "acceptance": "[{unit: shop}]",
    "backout": "{playbook: rollback/shop.yml, baseline: {files: [/opt/shop]}}",
    "approval": "{required: [change manager]}",
    "name": "shop",
    "version": '"2.4.0"',
    "artefact": "dml/shop-2.4.0.tar.gz",
    "sha256": "(what sha256sum prints for the artefact)",
    "kind": "phased",
    "hosts": "web",
    "playbook": "playbooks/deploy.yml",
    "environment": "staging",
    "inventory": "inventories/staging.ini",
    "opens": "2026-03-01T22:30:00+01:00",
    "closes": "2026-03-02T02:00:00+01:00",
    "at": "2026-03-01T22:30:00+01:00",
    "what": "deployment begins",
    "risk": "a host runs out of space",
    "mitigation": "space is checked beforehand",
    "audience": "service desk",
    "channel": "mail",
    "baseline": "{files: [/opt/shop]}",
    "duration": "30m",
    "url": '"http://{address}:8080/"',
    "port": "8080",
    "run": "systemctl is-system-running",
    "path": "/opt/shop",
    "free": "1GiB",
    "available": "512MiB",
    "distribution": "debian",
}
"""An example value by key."""

EXAMPLES_ELSEWHERE = {
    ("ReleasePolicy", "version"): "1",
    ("ReleasePolicy", "before"): "[change manager]",
    ("ReleasePolicy", "model"): "configuration-only",
    ("ReleasePolicy", "zone"): "Europe/Berlin",
    ("ReleasePolicy", "starts"): "2026-01-03T22:00",
    ("ReleasePolicy", "max_age"): "30d",
    ("ReleasePolicy", "policy"): "shop-live",
    ("DeploymentModel", "version"): "1",
    ("Environment", "environment"): "live",
    ("Environment", "class"): "live",
    ("Environment", "zone"): "Europe/Berlin",
    ("Environment", "starts"): "2026-01-03T22:00",
    ("Environment", "owner"): "service owner",
    ("DeploymentModel", "requires"): "{strategies: [phased, pilot]}",
}
"""An example value by root and key, for keys that mean something else than in a plan."""

ROOTS = {
    "ReleasePlan": ("a release plan", "`purpose:`, `release:`"),
    "ReleasePolicy": ("a release policy", "`policy:`, `version:`"),
    "DeploymentModel": ("a deployment model", "`model:`, `version:`"),
    "Environment": ("an environment", "`environment:`, `class:`"),
}
"""By root: the name of such a file, and its beginning."""

PATTERNS = {
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d$": (
        "a local time such as 2026-01-03T22:00",
        "write the date and the time, without a zone",
    ),
    r"^[0-9a-f]{64}$": (
        "a SHA-256 digest (64 hexadecimal digits, small letters)",
        "copy what `sha256sum` prints for the artefact",
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$": (
        "a name of letters, digits, dots, dashes and underscores",
        "write it without other characters",
    ),
    r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$": (
        "a host name of the inventory",
        "write it as the inventory does",
    ),
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$": ("a group of the inventory", "write it as the inventory does"),
    r"^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,63}$": ("a version such as 2.4.0", "write it without spaces"),
    r"^[A-Za-z_][A-Za-z0-9_]*$": (
        "a variable name of letters, digits and underscores",
        "rename the variable",
    ),
    r"^SHA256:[A-Za-z0-9+/]{43}$": (
        "the SHA-256 of a host key, such as SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
        "copy what `ssh-keygen -lf` shows of the host key",
    ),
    r"^[0-9a-f]{32}$": (
        "a machine-id (32 hexadecimal digits, small letters)",
        "copy what the machine's /etc/machine-id says",
    ),
    r"^/": ("an absolute path", "begin it with /"),
    r"^https?://": ("a URL that begins with http:// or https://", "write it in full"),
    r"^0[0-7]{3,4}$": ("a file mode such as 0644", 'write four octal digits in quotes: "0644"'),
    r"^\d+(\.\d+){0,2}$": ("a version such as 3.11", 'write numbers and dots in quotes: "3.11"'),
}
"""By the pattern of a field: what is expected, and what to do."""
