"""Ticket systems over their documented HTTP APIs: ServiceNow and Jira."""

from orchestrator.adapters.tickets.over_http import HttpTickets

__all__ = ["HttpTickets"]
