"""Where a request came from, for doors that count how often somebody knocks."""

from django.conf import settings
from django.http import HttpRequest


def network_address(request: HttpRequest) -> str:
    """Where the request came from, trusting only as many proxies as the settings name."""
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted = settings.TRUSTED_PROXY_COUNT
    return chain[-trusted] if trusted and len(chain) >= trusted else request.META.get("REMOTE_ADDR", "")
