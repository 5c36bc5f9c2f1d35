"""The system's libcrypto (OpenSSL 3 or later), as far as SM2 needs it.

Everything goes by the functions of EVP_PKEY, which are declared in full, so that no pointer is ever
taken for a number. Keys are not changed once they are made, and each signature has a context of its
own: so many threads may use one key (OpenSSL, `openssl-threads`).
"""

import ctypes
import ctypes.util
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_size_t, c_ulong, c_void_p
from functools import cache
from typing import Any

from authsvc.algorithms.errors import AlgorithmUnavailable

# The name of the file since version 3; the search through the system is the slower way.
_NAMES = ("libcrypto.so.3", "libcrypto.3.dylib")
_OLDEST = 0x30000000
# Two INTEGERs of 33 octets each, their heads and the one of the SEQUENCE.
_LONGEST_SIGNATURE = 72

_OUT = POINTER(c_void_p)
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "OpenSSL_version_num": (c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "EVP_sm3": (c_void_p, ()),
    "EVP_PKEY_CTX_new_from_name": (c_void_p, (c_void_p, c_char_p, c_char_p)),
    "EVP_PKEY_CTX_new": (c_void_p, (c_void_p, c_void_p)),
    "EVP_PKEY_CTX_free": (None, (c_void_p,)),
    "EVP_PKEY_CTX_set1_id": (c_int, (c_void_p, c_char_p, c_int)),
    "EVP_PKEY_keygen_init": (c_int, (c_void_p,)),
    "EVP_PKEY_generate": (c_int, (c_void_p, _OUT)),
    "EVP_PKEY_pairwise_check": (c_int, (c_void_p,)),
    "EVP_PKEY_free": (None, (c_void_p,)),
    "EVP_PKEY2PKCS8": (c_void_p, (c_void_p,)),
    "PKCS8_PRIV_KEY_INFO_free": (None, (c_void_p,)),
    "i2d_PKCS8_PRIV_KEY_INFO": (c_int, (c_void_p, _OUT)),
    "i2d_PUBKEY": (c_int, (c_void_p, _OUT)),
    "d2i_PUBKEY": (c_void_p, (c_void_p, POINTER(c_char_p), c_long)),
    "d2i_AutoPrivateKey": (c_void_p, (c_void_p, POINTER(c_char_p), c_long)),
    "EVP_MD_CTX_new": (c_void_p, ()),
    "EVP_MD_CTX_free": (None, (c_void_p,)),
    "EVP_MD_CTX_set_pkey_ctx": (None, (c_void_p, c_void_p)),
    "EVP_DigestSignInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestSign": (c_int, (c_void_p, c_char_p, POINTER(c_size_t), c_char_p, c_size_t)),
    "EVP_DigestVerifyInit": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EVP_DigestVerify": (c_int, (c_void_p, c_char_p, c_size_t, c_char_p, c_size_t)),
}


class Key:
    """A key of SM2 inside the library."""

    def __init__(self, library: "Library", pointer: int) -> None:
        self._library = library
        self._pointer = pointer
        weakref.finalize(self, library.call.EVP_PKEY_free, pointer)

    @property
    def spki(self) -> bytes:
        """The public half, DER (RFC 5280 section 4.1.2.7)."""
        return self._library.encoded("i2d_PUBKEY", self._pointer)

    @property
    def pkcs8(self) -> bytes:
        """The private key, DER (RFC 5958)."""
        call = self._library.call
        info = call.EVP_PKEY2PKCS8(self._pointer)
        try:
            return self._library.encoded("i2d_PKCS8_PRIV_KEY_INFO", info)
        finally:
            call.PKCS8_PRIV_KEY_INFO_free(info)

    def sign(self, signing_input: bytes, *, identifier: bytes) -> bytes:
        """The signature with SM3, DER (GM/T 0009 section 7.3), of whoever is so called."""
        size = c_size_t(_LONGEST_SIGNATURE)
        signature = ctypes.create_string_buffer(_LONGEST_SIGNATURE)
        with self._digesting("EVP_DigestSignInit", identifier) as context:
            good = self._library.call.EVP_DigestSign(
                context, signature, byref(size), signing_input, len(signing_input)
            )
        if good != 1:
            raise RuntimeError("libcrypto has not signed")
        return signature.raw[: size.value]

    def verify(self, signature: bytes, signed: bytes, *, identifier: bytes) -> bool:
        """Whether a signature in DER is good."""
        with self._digesting("EVP_DigestVerifyInit", identifier) as context:
            found: int = self._library.call.EVP_DigestVerify(
                context, signature, len(signature), signed, len(signed)
            )
        return found == 1

    @contextmanager
    def _digesting(self, begin: str, identifier: bytes) -> Iterator[int]:
        """A context that has been told who signs."""
        call = self._library.call
        of_key = call.EVP_PKEY_CTX_new(self._pointer, None)
        context = call.EVP_MD_CTX_new()
        try:
            # Said before the digest begins: it goes into it first (GB/T 32918.2 section 5.5).
            good = call.EVP_PKEY_CTX_set1_id(of_key, identifier, len(identifier)) == 1
            call.EVP_MD_CTX_set_pkey_ctx(context, of_key)
            started = getattr(call, begin)(context, None, call.EVP_sm3(), None, self._pointer)
            if not good or started != 1:
                raise RuntimeError("libcrypto cannot begin")
            yield context
        finally:
            call.EVP_MD_CTX_free(context)
            call.EVP_PKEY_CTX_free(of_key)
            call.ERR_clear_error()


class Library:
    """A libcrypto that knows SM2; AlgorithmUnavailable if it does not."""

    def __init__(self, loaded: ctypes.CDLL) -> None:
        self.call: Any = loaded
        try:
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(loaded, name)
                function.restype, function.argtypes = result, arguments
        except AttributeError:
            raise AlgorithmUnavailable(log="libcrypto is older than version 3") from None
        if self.call.OpenSSL_version_num() < _OLDEST:
            raise AlgorithmUnavailable(log="libcrypto is older than version 3")
        self.call.EVP_PKEY_CTX_free(self._context())

    def new_key(self) -> Key:
        """A fresh private key."""
        context, made = self._context(), c_void_p()
        try:
            good = self.call.EVP_PKEY_keygen_init(context) == 1
            if not good or self.call.EVP_PKEY_generate(context, byref(made)) != 1:
                raise RuntimeError("libcrypto makes no key")
        finally:
            self.call.EVP_PKEY_CTX_free(context)
        return Key(self, self._pointer(made.value))

    def private_key(self, der: bytes) -> Key:
        """The key of a PKCS#8 in DER; ValueError if it is none, or its halves do not match."""
        key = self._read("d2i_AutoPrivateKey", der)
        context = self.call.EVP_PKEY_CTX_new(key._pointer, None)  # noqa: SLF001 - of this file
        try:
            if self.call.EVP_PKEY_pairwise_check(context) != 1:
                raise ValueError("the halves of the key do not match")
        finally:
            self.call.EVP_PKEY_CTX_free(context)
            self.call.ERR_clear_error()
        return key

    def public_key(self, der: bytes) -> Key:
        """The key of a SubjectPublicKeyInfo in DER; ValueError if it is none."""
        return self._read("d2i_PUBKEY", der)

    def encoded(self, function: str, pointer: int) -> bytes:
        """What an i2d function writes."""
        encode = getattr(self.call, function)
        size = encode(pointer, None)
        if size <= 0:
            raise RuntimeError("libcrypto writes no key")
        buffer = ctypes.create_string_buffer(size)
        encode(pointer, byref(ctypes.cast(buffer, c_void_p)))
        return buffer.raw

    def _read(self, function: str, der: bytes) -> Key:
        start = c_char_p(der)
        found = getattr(self.call, function)(None, byref(start), len(der))
        self.call.ERR_clear_error()
        if not found:
            raise ValueError("not a key")
        return Key(self, found)

    def _context(self) -> int:
        found: int | None = self.call.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        if not found:
            self.call.ERR_clear_error()
            raise AlgorithmUnavailable(log="libcrypto was built without SM2")
        return found

    @staticmethod
    def _pointer(found: int | None) -> int:
        if found is None:
            raise RuntimeError("libcrypto makes no key")
        return found


@cache
def library() -> Library:
    """The library of this machine, loaded once; AlgorithmUnavailable."""
    for name in (*_NAMES, ctypes.util.find_library("crypto")):
        if name is None:
            continue
        try:
            loaded = ctypes.CDLL(name)
        except OSError:
            continue
        return Library(loaded)
    raise AlgorithmUnavailable(log="no libcrypto")
