from members.admin import accounts, house, people  # noqa: F401
