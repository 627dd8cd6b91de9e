"""Whether a deployment may start or go on: admission, approvals, certificates, rules of models and policies."""
