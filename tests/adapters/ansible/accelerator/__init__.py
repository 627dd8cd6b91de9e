"""The agent on a host and the controller's end of it, over pipes of this machine in place of ssh."""
