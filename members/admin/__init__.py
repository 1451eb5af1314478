from members.admin import accounts, groups, house, join_links, money, people  # noqa: F401
