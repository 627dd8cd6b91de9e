"""What is known of a host, before anything is run there, that would keep every run from beginning."""

from collections.abc import Iterator

from orchestrator.domain.plan.target import Identity, Target


def unfit_for_runs(target: Target, identity: Identity) -> Iterator[str]:
    """Each reason with its remedy: the first task of every run needs root without a question, and a line of its own."""
    if identity.without_root:
        yield (
            f"{identity.without_root}; every run is shown to the host as root first: let {target.user} use sudo there "
            "without a password (NOPASSWD), give the password (ansible_become_password in the vault, "
            "become_password_file in ansible.cfg, or --ask-become-pass), or log in as root"
        )
    if identity.noise:
        yield (
            f"its login shell prints `{identity.noise}` before every answer, so no run could begin: have its start-up "
            "files, such as .bashrc, print nothing where no terminal is"
        )
