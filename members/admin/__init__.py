from members.admin import accounts, house, join_links, money, people  # noqa: F401
