"""ssh in a container: the same configuration under another account."""

import os
import pwd

from orchestrator.adapters.home_paths import user_home


def with_paths_of_here(config: str) -> str:
    """A configuration of ssh that means the same under another account: `~` is this user's home, and so is the user."""
    home = user_home()
    text = config.replace(" ~/", f" {home}/").replace('"~/', f'"{home}/')
    if os.geteuid() == 0:
        return text
    return f"{text}Host *\n    User {pwd.getpwuid(os.geteuid()).pw_name}\n"
