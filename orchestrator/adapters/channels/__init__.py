"""Channels by which people are told: mail, webhooks, and what apprise speaks."""

from orchestrator.adapters.channels.house_channels import ChannelsOfHouse

__all__ = ["ChannelsOfHouse"]
