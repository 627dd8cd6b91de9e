"""Who authorises a deployment: requests for change, approvals, keys, rehearsal certificates, and the answers of admission."""
