"""Tests of the capability of deployment management."""
