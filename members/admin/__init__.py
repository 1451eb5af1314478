from members.admin import accounts, house, join_links, people  # noqa: F401
