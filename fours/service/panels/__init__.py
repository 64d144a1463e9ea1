"""Tabs the service area hangs on pages."""
