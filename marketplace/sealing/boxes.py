"""Boxes of libsodium (through PyNaCl) as this product uses them. Plain functions over bytes.

A *sealed box* (X25519, XSalsa20-Poly1305, an ephemeral sender) is closed with a public key; a *locked box* (XSalsa20-Poly1305)
with a secret that its owner holds. Both tell when a single bit was changed. Source: https://doc.libsodium.org.
"""

from hashlib import blake2b

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox
from nacl.utils import random as random_bytes

# Texts are filled up to whole blocks, so that a length tells little.
BLOCK = 4096
KEY = SecretBox.KEY_SIZE


class WrongKeyError(Exception):
    """The key does not fit, or the box was changed."""


def new_pair() -> tuple[bytes, bytes]:
    """Return a new private key and its public key, 32 bytes each."""
    private = PrivateKey.generate()
    return bytes(private), bytes(private.public_key)


def new_key() -> bytes:
    """Return 32 random bytes to lock a file with."""
    return random_bytes(KEY)


def pair_of(share: bytes, context: str) -> tuple[bytes, bytes]:
    """Return the key pair that a share of 128 random bits stands for in one context (a seal): private, public."""
    private = PrivateKey.from_seed(derived(share, context))
    return bytes(private), bytes(private.public_key)


def derived(secret: bytes, context: str) -> bytes:
    """Return 32 bytes from a secret of full strength, others for each context."""
    return blake2b(context.encode(), key=secret, digest_size=KEY, person=b"city-ai-sealing").digest()


def seal(plain: bytes, public: bytes) -> bytes:
    """Close a sealed box."""
    return SealedBox(PublicKey(public)).encrypt(plain)


def unseal(sealed: bytes, private: bytes) -> bytes:
    """Open a sealed box. Raises WrongKeyError."""
    try:
        return SealedBox(PrivateKey(private)).decrypt(sealed)
    except CryptoError:
        raise WrongKeyError from None


def seal_text(plain: bytes, public: bytes) -> bytes:
    return seal(sodium_pad(plain, BLOCK), public)


def unseal_text(sealed: bytes, private: bytes) -> bytes:
    """Raises WrongKeyError."""
    return sodium_unpad(unseal(sealed, private), BLOCK)


def wrap(private: bytes, outer: bytes, inner: bytes) -> bytes:
    """Seal a private key for `inner` and what comes of it for `outer`: both holders are needed, outer first."""
    return seal(seal(private, inner), outer)


def lock(plain: bytes, key: bytes) -> bytes:
    """Close a locked box with 32 bytes."""
    return bytes(SecretBox(key).encrypt(plain))


def unlock(locked: bytes, key: bytes) -> bytes:
    """Open a locked box. Raises WrongKeyError."""
    try:
        return SecretBox(key).decrypt(locked)
    except CryptoError:
        raise WrongKeyError from None


def lock_text(plain: bytes, key: bytes) -> bytes:
    return lock(sodium_pad(plain, BLOCK), key)


def unlock_text(locked: bytes, key: bytes) -> bytes:
    """Raises WrongKeyError."""
    return sodium_unpad(unlock(locked, key), BLOCK)
