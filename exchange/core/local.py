"""This machine's own addresses on local networks, asked of its kernel alone. Django-free."""

import fcntl
import ipaddress
import socket
import struct
import sys

#: The question "which IPv4 address has this interface" (SIOCGIFADDR), by system.
QUESTION = {"linux": 0x8915, "darwin": 0xC0206921}


def of_interface(name: str) -> str:
    """The IPv4 address of an interface, or "" where it has none. Sends nothing."""
    asked = struct.pack("256s", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        try:
            told = fcntl.ioctl(handle.fileno(), QUESTION[sys.platform], asked)
        except (OSError, KeyError):
            return ""
    return socket.inet_ntoa(told[20:24])


def addresses() -> list[str]:
    """Those that a phone on the same wifi may reach, wireless interfaces first; no loopback."""
    names = [name for _, name in socket.if_nameindex()]
    names.sort(key=lambda name: not name.startswith("w"))  # wlan0, wlp2s0; stable for the others
    found = [of_interface(name) for name in names]
    return list(
        dict.fromkeys(one for one in found if one and not ipaddress.ip_address(one).is_loopback)
    )


def local(address: str) -> bool:
    """Whether it is an IPv4 address of a private network or of this machine, and a certain one."""
    try:
        given = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return given.is_private and not given.is_unspecified
