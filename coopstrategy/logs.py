"""Structured logs: one event a line, with the request's id carried into the tasks it rang for.

`json` is for machines that collect logs, `lines` for a person at a terminal. Form values, codes and addresses of people are
never logged: events name rows by id. Nor are secrets that stand in addresses: whoever reads a log must not be able to stop
somebody's mails.
"""

import re
from typing import Any

import structlog

# Where the rest of an address is a secret: a test compares this with all addresses of the site.
SECRET_PATHS = re.compile(
    r"""((?:^|/)(?:
        unsubscribe | heard/door | events/[^/]+/door | demo/enter | staff/census/[^/]+/cases/\d+/codes
    )/)[^\s"'<>]+""",
    re.VERBOSE,
)


def shown_path(text: str) -> str:
    """An address, or a text with addresses, without secrets."""
    return SECRET_PATHS.sub(r"\1...", text)


def hide_secrets(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A processor of structlog: whoever logs an address, be it Django itself, logs it without its secret."""
    return {name: shown_path(value) if isinstance(value, str) else value for name, value in event.items()}


def configure_logs(shape: str, level: str) -> dict:
    """Set up structlog and return the value of Django's LOGGING. `shape` is "json" or "lines"."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if shape == "json" else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": level},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
