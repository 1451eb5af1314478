"""Rate limits of our own forms, counted in the shared cache so that they hold across processes."""

import hashlib
import ipaddress

from django.core.cache import cache


def allowed(action: str, who: str, *, times: int, seconds: int) -> bool:
    """Counts one attempt of `who` at `action`; False once there were `times` within the last `seconds`.

    Each attempt takes one of `times` slots. Taking is `cache.add`, the one operation that every cache does
    atomically and that never renews an older slot (`incr` on the database cache does neither).
    """
    return any(cache.add(slot, 1, timeout=seconds) for slot in _slots(action, who, times))


def forget(action: str, who: str, *, times: int) -> None:
    """Gives `who` all attempts back."""
    cache.delete_many(_slots(action, who, times))


def network(address: str) -> str:
    """Whom `address` of the network is counted as: a home holds one of IPv4, and 2⁶⁴ of IPv6."""
    ip = ipaddress.ip_address(address)
    return address if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False).network_address)


def _slots(action: str, who: str, times: int) -> list[str]:
    digest = hashlib.sha256(who.encode()).hexdigest()[:32]  # no address in the cache
    return [f"limit:{action}:{digest}:{slot}" for slot in range(times)]
