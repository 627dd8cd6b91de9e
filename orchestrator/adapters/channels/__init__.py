"""Channels by which people are told: mail and webhooks."""

from orchestrator.adapters.channels.house_channels import ChannelsOfHouse

__all__ = ["ChannelsOfHouse"]
