"""The root file system that all lab hosts share."""
