"""Where a request comes from: an address, and what of it stands for one household."""

from ipaddress import IPv6Address, ip_address, ip_network


def normal(address: str) -> str:
    """The address as it is written everywhere; nothing if it is none.

    Shape:  IPv4 inside IPv6 is IPv4, and a zone (`%eth0`) says nothing to others.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    inside = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(inside or found)


def household(address: str) -> str:
    """What is counted as one: an IPv4 address, or the /64 that an IPv6 address was drawn from."""
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/64", strict=False))
