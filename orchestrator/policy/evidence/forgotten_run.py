"""What is said of a machine that shows a run of this store which the store itself does not know: it is an older copy."""


def forgotten_run_words(host: str, epoch: int, store: str) -> str:
    """What was found, what it means, and the ways forward."""
    return (
        f"a run with epoch {epoch} of this store was here, and the store does not know of it, so that it is an older copy and "
        "what that run did is on no record. Restore the newest backup; or look after the host, and let it forget that run: "
        f"ssh {host} sudo rm /var/lib/orch/stores/{store}"
    )
