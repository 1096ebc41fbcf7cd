"""As much of msgpack as the protocol uses, written by hand so that the tests
do not share a mistake with the code they test."""

from __future__ import annotations

import struct
from typing import Any


def pack(value: Any) -> bytes:
    """The bytes of a value."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode()
        return head(len(raw), 0xA0, 31, b"\xd9", b"\xda", b"\xdb") + raw
    if isinstance(value, bytes):
        return head(len(value), 0, -1, b"\xc4", b"\xc5", b"\xc6") + value
    if isinstance(value, (list, tuple)):
        return head(len(value), 0x90, 15, None, b"\xdc", b"\xdd") + b"".join(map(pack, value))
    raise TypeError(type(value))


def pack_int(value: int) -> bytes:
    """The shortest form of a whole number."""
    if 0 <= value < 128 or -32 <= value < 0:
        return struct.pack(">b" if value < 0 else ">B", value)
    for code, form, low, high in ((0xCC, "B", 0, 1 << 8), (0xCD, "H", 0, 1 << 16),
                                  (0xCE, "I", 0, 1 << 32), (0xCF, "Q", 0, 1 << 64),
                                  (0xD0, "b", -1 << 7, 0), (0xD1, "h", -1 << 15, 0),
                                  (0xD2, "i", -1 << 31, 0), (0xD3, "q", -1 << 63, 0)):
        if low <= value < high:
            return bytes([code]) + struct.pack(">" + form, value)
    raise OverflowError(value)


def head(count: int, fix: int, most: int, one: bytes | None, two: bytes, four: bytes) -> bytes:
    """A length in its shortest form."""
    if count <= most:
        return bytes([fix | count])
    if one is not None and count < 256:
        return one + bytes([count])
    return two + struct.pack(">H", count) if count < 65536 else four + struct.pack(">I", count)


FIXED = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
         0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
COUNTED = {0xC4: (">B", "bin"), 0xC5: (">H", "bin"), 0xC6: (">I", "bin"),
           0xD9: (">B", "str"), 0xDA: (">H", "str"), 0xDB: (">I", "str"),
           0xDC: (">H", "array"), 0xDD: (">I", "array")}


def unpack(data: bytes) -> Any:
    """The value of the bytes, all of them."""
    value, at = read(data, 0)
    assert at == len(data), f"{len(data) - at} bytes behind the value"
    return value


def read(data: bytes, at: int) -> tuple[Any, int]:
    """The value at an offset, and the offset behind it."""
    code = data[at]
    at += 1
    if code < 0x80 or code >= 0xE0:
        return (code if code < 0x80 else code - 256), at
    if code in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[code], at
    if code in FIXED:
        size = struct.calcsize(FIXED[code])
        return struct.unpack_from(FIXED[code], data, at)[0], at + size
    if code in COUNTED:
        form, kind = COUNTED[code]
        count, at = struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)
    elif 0x90 <= code < 0xA0:
        count, kind = code & 15, "array"
    elif 0xA0 <= code < 0xC0:
        count, kind = code & 31, "str"
    else:
        raise ValueError(f"code {code:#x}")
    if kind == "array":
        items = []
        for _ in range(count):
            item, at = read(data, at)
            items.append(item)
        return items, at
    raw = data[at:at + count]
    assert len(raw) == count
    return (raw.decode() if kind == "str" else raw), at + count
