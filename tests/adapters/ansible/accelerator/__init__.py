"""Tests of orchestrator/adapters/ansible/accelerator."""
