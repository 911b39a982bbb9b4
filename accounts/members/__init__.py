"""Organisations, their members, invitations and verification, and the desk."""
