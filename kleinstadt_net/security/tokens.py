"""Random characters for links and sessions, and the hashes of them that the database keeps."""

import hashlib
import hmac
import secrets

from itsdangerous import URLSafeTimedSerializer

from kleinstadt_net import settings

TOKEN_BYTES = 24


def new_token() -> str:
    """192 random bits, safe in a URL: not to be guessed, short enough to survive a mail client."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token; a plain hash suffices because the token itself is random."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(purpose: str, text: str) -> str:
    """A hash of something guessable, such as an address, that only this installation can make."""
    key = settings.current().secret_key.get_secret_value().encode()
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def serializer(purpose: str) -> URLSafeTimedSerializer:
    """Signs small values for the browser to keep for a while; what it holds can be read there, not changed."""
    bound = settings.current()
    # The last key signs; earlier ones are still read.
    keys = [key.get_secret_value() for key in (*bound.secret_key_fallbacks, bound.secret_key)]
    return URLSafeTimedSerializer(keys, salt=purpose)
