"""A real SMTP server for tests, and our settings sending to it."""

import asyncio
import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller


class Sink:
    """Keeps what it is sent; `refusals` maps an address to the answers it gets, in turn, before it is taken."""

    def __init__(self):
        self.messages, self.recipients, self.refusals, self.data_answers, self.delay = [], [], {}, [], 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answers := self.refusals.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.data_answers:
            return self.data_answers.pop(0)
        if self.delay:
            await asyncio.sleep(self.delay)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


@pytest.fixture
def sink():
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        handler.port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, ready_timeout=10)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def mailer(sink, settings):
    """Our settings, sending to the sink."""
    options = {"host": "127.0.0.1", "port": sink.port, "timeout": 5}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
    settings.DEFAULT_FROM_EMAIL = "Le Club <bonjour@club.example>"
    return sink
