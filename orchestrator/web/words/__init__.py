"""Words on a deployment: what a person says in the browser, and how it is signed there."""
