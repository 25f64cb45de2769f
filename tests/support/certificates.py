"""Encryption for servers of the tests' own on loopback."""

import ssl

import trustme

from tests.support.smtp import LOOPBACK


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    """What a server shows: a certificate for the loopback address, and for no name."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(LOOPBACK).configure_cert(context)
    return context
