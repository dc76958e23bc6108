"""The worker's side of mail: what is due now is written (letters) and handed to the mail server (sending)."""

from commons.digests.tasks.sending import send_digests, send_service_messages

__all__ = ["send_digests", "send_service_messages"]
