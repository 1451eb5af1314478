from events.admin import attachments, meetings, registrations, todos  # noqa: F401
