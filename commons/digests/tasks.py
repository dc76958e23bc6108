"""The worker's side of service messages: one at a time, each claimed and committed before the mail server hears of it."""

import contextlib
import logging
import smtplib

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation

from commons.digests.actions import claim_mail, note_put_off, note_refused, note_sent, note_stuck_mail, note_unknown
from commons.digests.models import Notice

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500


def message_for(notice: Notice) -> EmailMultiAlternatives:
    """The e-mail of a claimed notice: plain text first, then the same in HTML, in the person's language."""
    context = {
        "notice": notice,
        "recipient": notice.recipient,
        "url": f"{settings.SITE_ADDRESS}{notice.path}",
        "site_name": settings.SITE_NAME,
        "site_address": settings.SITE_ADDRESS,
        "help_phone": settings.HELP_PHONE,
        "help_email": settings.HELP_EMAIL,
    }
    with translation.override(notice.recipient.language or None):
        message = EmailMultiAlternatives(
            subject=notice.subject,
            body=render_to_string("emails/service_message.txt", context),
            to=[notice.recipient.email],
            headers={
                "Message-ID": notice.message_id,
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
                "Content-Language": translation.get_language(),
            },
        )
        message.attach_alternative(render_to_string("emails/service_message.html", context), "text/html")
    return message


@shared_task(name="digests.send_service_messages", ignore_result=True)
def send_service_messages() -> None:
    """Send the messages that are due now."""
    note_stuck_mail(by=None)
    connection = get_connection()
    try:
        for _turn in range(MOST_AT_ONCE):
            notice = claim_mail(by=None)
            if notice is None or not _send(notice, connection):
                return
    finally:
        _hang_up(connection)


def _send(notice: Notice, connection: BaseEmailBackend) -> bool:
    """Hand over one message and write down what became of it. False when the mail server cannot be reached at all.

    What matters after an error is whether the message may have left: before the server was asked, no; after a reply with a
    number, the number tells; when the line went dead in between, nobody knows.
    """
    if not notice.recipient.is_active:
        note_refused(notice, "The account is closed.", by=None)
        return True
    try:
        message = message_for(notice)
        message.message()  # written out once here, so that a bad header is found before anything is sent
    except Exception as error:
        logger.exception("Notice %s cannot be written as an e-mail", notice.pk)
        note_refused(notice, _words(error), by=None)
        return True
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        note_put_off(notice, _words(error), by=None)
        return False
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        _note_reply(notice, error, [code for code, _reply in error.recipients.values()])
    except smtplib.SMTPResponseException as error:
        _note_reply(notice, error, [error.smtp_code])
        _hang_up(connection)
    except (OSError, smtplib.SMTPException) as error:
        note_unknown(notice, _words(error), by=None)
        _hang_up(connection)
    else:
        note_sent(notice, by=None)
    return True


def _note_reply(notice: Notice, error: Exception, codes: list[int]) -> None:
    if all(400 <= code < 500 for code in codes):
        note_put_off(notice, _words(error), by=None)
    elif all(500 <= code < 600 for code in codes):
        note_refused(notice, _words(error), by=None)
    else:
        note_unknown(notice, _words(error), by=None)


def _hang_up(connection: BaseEmailBackend) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.close()


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
